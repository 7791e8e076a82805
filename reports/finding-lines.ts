import type { Finding } from "../planner/finding.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { wrap } from "./columns.ts";
import { type FindingGroup, findingText, groupFindings, groupText } from "./finding-text.ts";
import { type Rendering, styleFor } from "./style.ts";

const assumptionsShown = 6;

/** The assumptions that move a plan's cost most, first; the rest follows in the plan's order. */
const weighty = [
  "default-token-split",
  "default-slo-ttft",
  "default-slo-tpot",
  "default-precisions",
  "default-length-spread",
  "default-prefix-cache-hit-rate",
];

export interface FindingRendering extends Rendering {
  readonly verbose?: boolean;
  /** Names of the workloads in the spec's order: a reader knows them better than `workloads[2]`. */
  readonly workloads: readonly string[];
}

/** What the Pulumi program refuses of the plan: planned and priced all the same. */
export function notDeployableLines({ notDeployable = [] }: FleetPlan, rendering: Rendering): string[] {
  if (notDeployable.length === 0) return [];
  const title = styleFor(rendering.color).bad("Cannot be deployed yet");
  return [
    ...wrap(`${title}: the plan and its prices hold, and the Pulumi program refuses it.`, rendering.width),
    ...items(groupFindings(notDeployable), rendering),
  ];
}

/** What to know before money is spent: never cut short. */
export function warningLines(warnings: readonly Finding[], rendering: FindingRendering): string[] {
  if (warnings.length === 0) return [];
  return [
    styleFor(rendering.color).warning(`Warnings (${warnings.length})`),
    ...items(groupFindings(named(warnings, rendering)), rendering),
  ];
}

/** What was taken for granted: the weightiest, or all of it when that is asked for. */
export function assumptionLines(assumptions: readonly Finding[], rendering: FindingRendering): string[] {
  if (assumptions.length === 0) return [];
  const style = styleFor(rendering.color);
  const rank = ({ finding }: FindingGroup): number => (weighty.includes(finding.code) ? weighty.indexOf(finding.code) : weighty.length);
  const groups = groupFindings(named(assumptions, rendering)).toSorted((a, b) => rank(a) - rank(b));
  const shown = rendering.verbose ? groups : groups.slice(0, assumptionsShown);
  const hidden = groups.length - shown.length;
  return [
    style.strong(`Assumptions (${assumptions.length})`),
    ...items(shown, rendering),
    ...(hidden > 0 ? [style.faint(`  and ${hidden} more kinds: --verbose shows all`)] : []),
  ];
}

/** What one answer takes for granted, a line each, below its title. */
export const takenForGranted = (assumptions: readonly Finding[], { color, width }: Rendering): string[] =>
  assumptions.flatMap((finding) => wrap(styleFor(color).faint(`Assumed: ${findingText(finding)}`), width, "", "  "));

const items = (groups: readonly FindingGroup[], { width }: Rendering): string[] =>
  groups.flatMap((group) => wrap(`- ${groupText(group)}`, width, "  ", "    "));

const named = (findings: readonly Finding[], { workloads }: FindingRendering): Finding[] =>
  findings.map((finding) => ({ ...finding, path: namedPath(finding.path, workloads) }));

/** `workloads[2].slo` -> `search.slo` */
export const namedPath = (path: string, workloads: readonly string[]): string =>
  path.replace(/^workloads\[(\d+)\]/, (place, index: string) => workloads[Number(index)] ?? place);

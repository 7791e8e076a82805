import type { Candidates } from "../candidates/candidates.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { Money } from "../plan/fleet-plan.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { fleetRelaxations, type Relaxation, workloadRelaxations } from "./relaxations.ts";
import type { Found, WhatIf } from "./what-if.ts";

const waysShown = 5;
/** Every line is a search of its own: in larger fleets only the lines of the workloads that cost most are tried, and in the largest none. */
const workloadsTried = 10;
const largestFleet = 40;

/** The fleet above its budget: what it costs, and each workload's part. */
export interface AboveBudget {
  readonly usdPerMonth: number;
  readonly byWorkload: Readonly<Record<string, Money>>;
}

interface Way {
  readonly line: Relaxation;
  readonly found: Found;
  readonly usdPerMonth: number;
}

/**
 * What a fleet above its budget would have to give up to be inside it: each line of the spec that would do it alone, those that spend most of the
 * budget first; where none does, lines that do it together, or how far all of them fall short.
 */
export function insideBudget(
  spec: FleetSpec,
  searched: readonly Candidates[],
  { usdPerMonth: now, byWorkload }: AboveBudget,
  ask: WhatIf,
): Finding[] {
  if (spec.budget === null || spec.workloads.length > largestFleet) return [];
  const { usdPerMonth: most } = spec.budget;
  const cost = (index: number): number => byWorkload[at(spec.workloads, index).name]?.usdPerMonth ?? 0;
  const dearest = spec.workloads.map((_, index) => index).toSorted((a, b) => cost(b) - cost(a));
  const own = dearest.slice(0, workloadsTried).flatMap((index) => workloadRelaxations(spec, index, at(searched, index).rejected));
  const ways = [...fleetRelaxations(spec), ...own]
    .flatMap((line) => wayOf(spec, [line], ask))
    .filter(({ usdPerMonth }) => usdPerMonth < now)
    .toSorted((a, b) => a.usdPerMonth - b.usdPerMonth);
  const alone = ways.filter(({ usdPerMonth }) => usdPerMonth <= most);
  if (alone.length === 0) return together(spec, ways, now, ask);
  return alone
    .slice(-waysShown)
    .toReversed()
    .map(({ line, found, usdPerMonth }) => ({
      code: "relaxation",
      path: line.path,
      message: `${line.change(found)}: the fleet for ${usd(usdPerMonth)} a month, inside the budget`,
      value: usdPerMonth,
      unit: "USD a month",
    }));
}

/** The fleet with all these lines given up; the line is the last of them. */
function wayOf(spec: FleetSpec, lines: readonly Relaxation[], ask: WhatIf): Way[] {
  const found = ask(lines.reduce((relaxed, { relax }) => relax(relaxed), spec));
  const line = lines.at(-1);
  return found === null || line === undefined ? [] : [{ line, found, usdPerMonth: centsPerMonth(found.billUsdPerHour) / 100 }];
}

/** Lines given up one after the other, the dearest first, until the fleet is inside the budget; a line that brings nothing beside the others stays. */
function together(spec: FleetSpec, ways: readonly Way[], now: number, ask: WhatIf): Finding[] {
  const most = spec.budget?.usdPerMonth ?? 0;
  let given: readonly Relaxation[] = [];
  let reached: Way | null = null;
  for (const { line } of ways) {
    if (reached !== null && reached.usdPerMonth <= most) break;
    const [way] = wayOf(spec, [...given, line], ask);
    if (way === undefined || way.usdPerMonth >= (reached?.usdPerMonth ?? now)) continue;
    given = [...given, line];
    reached = way;
  }
  if (reached === null) return [];
  const { found, usdPerMonth } = reached;
  const changes = given.map(({ path, change }) => `${ownerOf(spec, path)}${change(found)}`).join(", ");
  return [
    {
      code: "relaxations-together",
      path: "budget.usdPerMonth",
      message:
        usdPerMonth <= most
          ? `no line of the spec does it alone; together these do, the fleet for ${usd(usdPerMonth)} a month: ${changes}`
          : `no lines of the spec that were tried bring the fleet inside; the least found is ${usd(usdPerMonth)} a month, still ${usd(usdPerMonth - most)} above: ${changes}`,
      value: usdPerMonth,
      limit: most,
      unit: "USD a month",
    },
  ];
}

/** `chat: ` for a line of that workload. */
const ownerOf = (spec: FleetSpec, path: string): string => {
  const workload = spec.workloads.find((one) => path.startsWith(`${one.path}.`));
  return workload === undefined ? "" : `${workload.name}: `;
};

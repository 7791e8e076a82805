import type { Rejection } from "../planner/plan/ways-not-taken.ts";
import { wrap } from "./columns.ts";
import { findingText } from "./finding-text.ts";
import { type Rendering, styleFor } from "./style.ts";

/** Why other layouts and offers were not taken, by workload: every candidate when all are asked for, else one of each kind. */
export function rejectionLines(rejected: readonly Rejection[], rendering: Rendering & { readonly verbose?: boolean }): string[] {
  const style = styleFor(rendering.color);
  const byWorkload = Map.groupBy(rejected, (rejection) => rejection.workload);
  return [...byWorkload].flatMap(([workload, own], index) => {
    const items = rendering.verbose ? own.map(candidateText) : kinds(own);
    return [
      ...(index > 0 ? [""] : []),
      style.strong(`Not taken for ${workload} (${own.length})`),
      ...items.flatMap((text) => wrap(`- ${text}`, rendering.width, "  ", "    ")),
      ...(items.length < own.length ? [style.faint("  one of each kind: --verbose shows all")] : []),
    ];
  });
}

const candidateText = ({ candidate, finding }: Rejection): string => `${candidate}: ${findingText({ ...finding, path: "" })}`;

function kinds(rejected: readonly Rejection[]): string[] {
  const byCode = [...Map.groupBy(rejected, ({ finding }) => finding.code).values()];
  return byCode
    .toSorted((a, b) => b.length - a.length)
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      return [others.length === 0 ? candidateText(first) : `${1 + others.length} like ${candidateText(first)}`];
    });
}

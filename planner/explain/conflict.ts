import { centsPerMonth } from "../cost/money.ts";
import { listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { Relaxation } from "./relaxations.ts";
import type { WhatIf } from "./what-if.ts";

/**
 * For a spec without a fleet: the lines that cannot hold together, no fewer of which are in conflict, and what each single line would cost if it
 * gave way, cheapest first. `what` is served by the fleets that are priced: `the fleet`, or one workload by itself.
 */
export function conflictFindings(spec: FleetSpec, path: string, what: string, relaxations: readonly Relaxation[], ask: WhatIf): Finding[] {
  const ways = relaxations.flatMap((relaxation) => {
    const found = ask(relaxation.relax(spec));
    return found === null ? [] : [{ relaxation, found, usdPerMonth: centsPerMonth(found.billUsdPerHour) / 100 }];
  });
  const conflict = smallestConflict(spec, relaxations, ask).map((line) => line.path);
  return [
    ...(conflict.length < 2
      ? []
      : [
          {
            code: "conflict",
            path,
            message: `these lines of the spec leave no way together, and no fewer of them do: ${listed(conflict)}`,
            suggestion: ways.length > 0 ? "change one line as said below" : "change more than one of them",
          },
        ]),
    ...ways
      .toSorted((a, b) => a.usdPerMonth - b.usdPerMonth)
      .map(({ relaxation, found, usdPerMonth }) => ({
        code: "relaxation",
        path: relaxation.path,
        message: `${relaxation.change(found)}: ${what} for ${usd(usdPerMonth)} a month`,
        value: usdPerMonth,
        unit: "USD a month",
      })),
  ];
}

/**
 * Deletion filter (Chinneck, Feasibility and Infeasibility in Optimization, 2008): a line leaves the set when the others are in conflict without
 * it. What stays is in conflict, and every line of it is needed for that. Empty when no line is to blame.
 */
function smallestConflict(spec: FleetSpec, lines: readonly Relaxation[], ask: WhatIf): readonly Relaxation[] {
  const isPossible = (kept: readonly Relaxation[]): boolean =>
    ask(lines.filter((line) => !kept.includes(line)).reduce((relaxed, { relax }) => relax(relaxed), spec)) !== null;
  if (!isPossible([])) return [];
  let conflict = lines;
  for (const line of lines) {
    const others = conflict.filter((one) => one !== line);
    if (!isPossible(others)) conflict = others;
  }
  return conflict;
}

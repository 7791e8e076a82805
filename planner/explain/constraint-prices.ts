import { centsPerMonth } from "../cost/money.ts";
import type { Packing } from "../packing/problem.ts";
import type { ConstraintPrice } from "../plan/ways-not-taken.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { Relaxation } from "./relaxations.ts";
import type { WhatIf } from "./what-if.ts";

/**
 * What each line costs a month: the fleet as it is less the fleet without that line alone, found by the same search; dearest first, those that
 * cost nothing last. A search that is not proven optimal can find less than there is: no line is said to cost less than nothing.
 */
export function constraintPrices(
  spec: FleetSpec,
  { usdPerHour }: Packing,
  relaxations: readonly Relaxation[],
  ask: WhatIf,
): ConstraintPrice[] {
  const prices = relaxations.flatMap(({ path, relax, change }): ConstraintPrice[] => {
    const found = ask(relax(spec));
    if (found === null) return [];
    const usdPerMonth = Math.max(0, centsPerMonth(usdPerHour - found.packing.usdPerHour) / 100);
    return [{ path, change: change(found), usdPerMonth }];
  });
  return prices.toSorted((a, b) => b.usdPerMonth - a.usdPerMonth);
}

import type { Candidates } from "../candidates/candidates.ts";
import { money } from "../cost/money.ts";
import { at } from "../element.ts";
import { usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { Packing } from "../packing/problem.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import { constraintPrices } from "./constraint-prices.ts";
import { fleetRelaxations, workloadRelaxations } from "./relaxations.ts";
import type { WhatIf } from "./what-if.ts";

const waysShown = 5;
/** Workloads beyond which the lines of each are not tried: every line is a search of its own. */
const workloadsTried = 10;

/** For a fleet above a hard budget: the lines of the spec that would bring it inside if they gave way, those that give up least money first. */
export function insideBudget(spec: FleetSpec, searched: readonly Candidates[], packing: Packing, ask: WhatIf): Finding[] {
  if (spec.budget === null || spec.workloads.length > workloadsTried) return [];
  const { usdPerMonth: most } = spec.budget;
  const own = spec.workloads.flatMap((_, index) => workloadRelaxations(spec, index, at(searched, index).rejected));
  const { usdPerMonth } = money(packing.usdPerHour);
  return constraintPrices(spec, packing, [...fleetRelaxations(spec), ...own], ask)
    .map((price) => ({ ...price, left: Math.round((usdPerMonth - price.usdPerMonth) * 100) / 100 }))
    .filter(({ left }) => left <= most)
    .slice(-waysShown)
    .toReversed()
    .map(({ path, change, left }) => ({
      code: "relaxation",
      path,
      message: `${change}: the fleet for ${usd(left)} a month, inside the budget`,
      value: left,
      unit: "USD a month",
    }));
}

import type { Money } from "../plan/fleet-plan.ts";
import { fromMicro, hoursPerMonth, type MicroUsdPerHour } from "../units.ts";
import { splitByLargestRemainder } from "./largest-remainder.ts";

const microUsdPerCent = 10_000;

/** Whole cents of a month of 730 hours. */
export const centsPerMonth = (rate: MicroUsdPerHour): number => Math.round((rate * hoursPerMonth) / microUsdPerCent);

export const money = (rate: MicroUsdPerHour): Money => ({ usdPerHour: fromMicro(rate), usdPerMonth: centsPerMonth(rate) / 100 });

/**
 * Rates by name, whose months add up to the headline's month to the cent: each name's cents come from its rate by largest remainder.
 * The rates must add up to `total`.
 */
export function breakdown(total: MicroUsdPerHour, rates: ReadonlyMap<string, MicroUsdPerHour>): Record<string, Money> {
  const names = [...rates.keys()].toSorted();
  const byName = names.map((name) => rates.get(name) ?? 0);
  const cents = splitByLargestRemainder(centsPerMonth(total), byName);
  return Object.fromEntries(
    names.map((name, index) => [name, { usdPerHour: fromMicro(byName[index] ?? 0), usdPerMonth: (cents[index] ?? 0) / 100 }]),
  );
}

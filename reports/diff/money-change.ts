import type { Money } from "../../planner/plan/fleet-plan.ts";
import type { MoneyChange, NamedMoneyChange } from "./plan-diff.ts";

const none: Money = { usdPerHour: 0, usdPerMonth: 0 };

export const roundCents = (usd: number): number => Math.round(usd * 100) / 100;
const roundMicro = (usd: number): number => Math.round(usd * 1e6) / 1e6;

export function moneyChange(before: Money | undefined, after: Money | undefined): MoneyChange {
  const [old, now] = [only(before ?? none), only(after ?? none)];
  const usdPerMonth = roundCents(now.usdPerMonth - old.usdPerMonth);
  return {
    old,
    new: now,
    difference: { usdPerHour: roundMicro(now.usdPerHour - old.usdPerHour), usdPerMonth },
    share: old.usdPerMonth > 0 ? usdPerMonth / old.usdPerMonth : null,
  };
}

const only = ({ usdPerHour, usdPerMonth }: Money): Money => ({ usdPerHour, usdPerMonth });

type Breakdown = Readonly<Record<string, Money>>;

/** A row for each name of either side, in the order of names. */
export const breakdownChanges = (old: Breakdown, now: Breakdown): NamedMoneyChange[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted().map((name) => ({ name, ...moneyChange(old[name], now[name]) }));

/** What several changes amount to together. */
export function sumOfChanges(changes: readonly MoneyChange[]): MoneyChange {
  const sum = (side: (change: MoneyChange) => Money): Money => ({
    usdPerHour: roundMicro(changes.reduce((total, change) => total + side(change).usdPerHour, 0)),
    usdPerMonth: roundCents(changes.reduce((total, change) => total + side(change).usdPerMonth, 0)),
  });
  return moneyChange(
    sum((change) => change.old),
    sum((change) => change.new),
  );
}

import type { ConstraintPrice } from "../../planner/plan/ways-not-taken.ts";
import { dollars } from "../money.ts";
import { counted, percent } from "../quantity.ts";
import type { PlanDiff } from "./plan-diff.ts";
import { plainNumber } from "./wording.ts";

function budgetText({ budget }: PlanDiff): string | null {
  const { old, new: now } = budget;
  if (now === null) return old === null ? null : `${dollars(old.usdPerMonth)} a month before; there is none any more`;
  const left = now.headroomUsdPerMonth;
  const share = now.usdPerMonth > 0 ? ` (${percent(Math.abs(left) / now.usdPerMonth)})` : "";
  const standing = left >= 0 ? `${dollars(left)}${share} to spare` : `${dollars(-left)}${share} over`;
  const before = old === null ? "there was none before" : standingBefore(old.headroomUsdPerMonth);
  return `${dollars(now.usdPerMonth)} a month, ${standing}; ${before}`;
}

const standingBefore = (left: number): string => (left >= 0 ? `${dollars(left)} to spare before` : `${dollars(-left)} over before`);

/** The budget now and before, then what growth does to it. */
export function budgetTexts(diff: PlanDiff): string[] {
  const standing = budgetText(diff);
  const runway = runwayText(diff);
  return [...(standing === null ? [] : [`Budget: ${standing}.`]), ...(runway === null ? [] : [runway])];
}

function runwayText({ runway, budget }: PlanDiff): string | null {
  if (runway === null) return null;
  const { growthPercentPerMonth: growth, usdInTwelfthMonth, monthsWithin, firstMonthOverBudget: over, monthsLookedAhead } = runway;
  const twelfth = `At ${growth > 0 ? "+" : ""}${plainNumber(growth)} % a month the twelfth month costs ${dollars(usdInTwelfthMonth)}`;
  if (budget.new === null) return `${twelfth}.`;
  if (monthsWithin === null) return `${twelfth} and the budget lasts for the ${monthsLookedAhead} months that were looked at.`;
  return monthsWithin === 0
    ? `${twelfth}; the budget is passed from the start, in ${over}.`
    : `${twelfth}; the budget lasts ${counted(monthsWithin, "month")} and is passed in ${over}.`;
}

/** Nothing where it was not looked for. */
export function cheaperTexts({ cheaper }: PlanDiff): string[] {
  if (cheaper === null) return [];
  const { promisesKept: kept, promiseLoosened: loosened } = cheaper;
  if (kept.length + loosened.length === 0) return ["Cheaper: no line of the spec, changed by itself, makes it so."];
  const ways = (lines: readonly ConstraintPrice[]): string =>
    lines.map(({ path, change, usdPerMonth }) => `${path}: ${change} (-${dollars(usdPerMonth)} a month)`).join(", or ");
  return [
    `Cheaper with every promise to users kept: ${kept.length === 0 ? "nothing" : ways(kept)}.`,
    ...(loosened.length === 0 ? [] : [`Cheaper with one loosened: ${ways(loosened)}.`]),
  ];
}

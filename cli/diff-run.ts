import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import { isAbove } from "../reports/diff/amount.ts";
import { diffPlans } from "../reports/diff/diff-plans.ts";
import { stoppingCodes } from "../reports/diff/finding-changes.ts";
import { renderDiffMarkdown } from "../reports/diff/markdown.ts";
import type { PlanDiff } from "../reports/diff/plan-diff.ts";
import { renderDiffText } from "../reports/diff/text.ts";
import { findingText } from "../reports/finding-text.ts";
import { spotPriceDays } from "../reports/price-age.ts";
import type { DiffFlags } from "./commands/diff.ts";
import { badInput } from "./failure.ts";
import { withLinePrices } from "./line-prices.ts";
import { openPlan } from "./open-plan.ts";
import { renderingOf, type Session } from "./session.ts";

/** The word for a side that has no fleet: the base branch of a first pull request. */
const noFleet = "none";

export async function runDiff(oldPath: string, newPath: string, flags: DiffFlags, session: Session): Promise<void> {
  if (oldPath === noFleet && newPath === noFleet) {
    throw badInput({
      code: "nothing-to-compare",
      path: "",
      message: "there is no fleet on either side",
      suggestion: "give at least one plan or spec",
    });
  }
  const { directory, today } = session.io;
  const before = oldPath === noFleet ? null : await openPlan(oldPath, directory);
  const given = newPath === noFleet ? null : await openPlan(newPath, directory, flags.cheaper);
  const after = given === null || flags.cheaper === undefined ? given : await priced(given, newPath, session);
  const diff = diffPlans(before, after, {
    today: today(),
    maxPriceAgeDays: flags.maxPriceAge ?? spotPriceDays,
    maxIncrease: flags.maxIncrease ?? null,
    failOnUnpriced: flags.failOnUnpriced === true,
    ...(flags.growthPercent === undefined ? {} : { growthPercent: flags.growthPercent }),
  });
  const format = flags.format ?? (flags.json ? "json" : "text");
  if (format === "json") await session.printJson(diff);
  else if (isWorthSaying(diff, flags.commentWhen)) {
    await session.print(format === "markdown" ? renderDiffMarkdown(diff) : renderDiffText(diff, renderingOf(session, flags)));
  }
  const broken = diff.findings.needsAction.filter(({ code }) => stoppingCodes.includes(code));
  if (broken.length === 0) return;
  // The answer stands on standard output already, findings and all.
  await session.io.err.write(`${broken.map(findingText).join("\n")}\n`);
  session.endWith(1);
}

/** A reviewer who cannot be told what would be cheaper is still told everything else. */
async function priced(plan: FleetPlan, path: string, { io }: Session): Promise<FleetPlan> {
  const result = await withLinePrices(plan, path, io.directory);
  if (!("code" in result)) return result;
  await io.err.write(`${findingText(result)}\n`);
  return plan;
}

/** What needs action is always said. */
function isWorthSaying(diff: PlanDiff, when: DiffFlags["commentWhen"]): boolean {
  if (when === "always" || diff.findings.needsAction.length > 0) return true;
  return when === "changed" ? diff.kind !== "unchanged" : isAbove(diff.cost, when);
}

import { Command, InvalidArgumentError, Option } from "commander";
import type { Amount } from "../../reports/diff/amount.ts";
import { addCommonFlags, addExamples, growthFlag, wholeFlag } from "../flags.ts";
import type { CommonFlags, Session } from "../session.ts";

export interface DiffFlags extends CommonFlags {
  readonly format?: "markdown" | "text" | "json";
  readonly commentWhen: "always" | "changed" | Amount;
  readonly maxIncrease?: Amount;
  readonly maxPriceAge?: number;
  readonly failOnUnpriced?: true;
  readonly growthPercent?: number;
  readonly cheaper?: true;
}

export function diffCommand(session: Session): Command {
  const command = new Command("diff")
    .summary("what changes between two plans, what it costs and why")
    .description(
      "Compares two fleets: what changes, what it costs and why. Each is a lock or another plan in JSON, a spec (planned on the spot), or none where there is no fleet.",
    )
    .argument("<old>", "the fleet as it is: *.json, a spec, or none")
    .argument("<new>", "the fleet as it will be: *.json, a spec, or none")
    .action((old: string, now: string, flags: DiffFlags) => diff(old, now, flags, session));
  command
    .addOption(
      new Option("--format <form>", "text, markdown (a pull request comment) or json (default: text)").choices([
        "text",
        "markdown",
        "json",
      ]),
    )
    .addOption(
      new Option(
        "--comment-when <when>",
        "print nothing unless: always, changed, or above:AMOUNT in USD a month (above:500) or of the old cost (above:5%)",
      )
        .argParser(commentWhen)
        .default("always"),
    )
    .addOption(
      new Option("--max-increase <amount>", "exit with 1 when the month costs more by more than this: 500 (USD) or 10%").argParser(
        amountFlag,
      ),
    )
    .addOption(new Option("--max-price-age <days>", "name spot prices older than this (default: 30)").argParser(wholeFlag))
    .addOption(
      new Option(
        "--growth-percent <g>",
        "say what a year of this growth from month to month costs and how long the budget lasts",
      ).argParser(growthFlag),
    )
    .option("--cheaper", "say which line of the new spec costs most; for a lock, of the spec beside it, which is planned anew")
    .option("--fail-on-unpriced", "exit with 1 when offers that the new spec allows have no price or a pool has an estimated one");
  return addExamples(addCommonFlags(command), [
    ["gpufleet diff stacks/prod.plan.json stacks/prod.fleet.yaml", "what the next deployment changes"],
    ["gpufleet diff base.plan.json stacks/prod.plan.json --format markdown --cheaper", "a pull request comment"],
    ["gpufleet diff none stacks/prod.plan.json --format json", "a first fleet, for a program"],
  ]);
}

// Commander reads flags whatever the command; the reports are loaded only when they are needed.
const amountFlag = (text: string): Amount => {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("expected US dollars a month such as 500, or a share such as 10%");
  const value = Number(match[1]);
  return match[2] === "%" ? { share: value / 100 } : { usdPerMonth: value };
};

function commentWhen(text: string): DiffFlags["commentWhen"] {
  if (text === "always" || text === "changed") return text;
  if (text.startsWith("above:")) return amountFlag(text.slice("above:".length));
  throw new InvalidArgumentError("use one of always, changed, above:500, above:5%");
}

async function diff(old: string, now: string, flags: DiffFlags, session: Session): Promise<void> {
  const { runDiff } = await import("../diff-run.ts");
  await runDiff(old, now, flags, session);
}

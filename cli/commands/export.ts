import { Command, InvalidArgumentError, Option } from "commander";
import { addCommonFlags, addExamples, countFlag, growthFlag, shareFlag } from "../flags.ts";
import type { CommonFlags, Session } from "../session.ts";

export interface ExportFlags extends CommonFlags {
  readonly format?: "focus" | "csv" | "json";
  readonly stack?: string;
  readonly start?: string;
  readonly months: number;
  readonly growthPercent: number;
  readonly scenario?: string;
  readonly probability?: number;
  readonly stackName?: string;
  readonly billingAccountId?: ByCloud;
  readonly billingAccountName?: ByCloud;
  readonly subAccountId?: ByCloud;
  readonly subAccountName?: ByCloud;
}

/** Cloud -> value; `all` for those that are not named. */
export type ByCloud = Readonly<Record<string, string>>;

const byCloud = (text: string, previous: ByCloud | undefined): ByCloud => {
  const match = /^(aws|gcp|static)=(.*)$/s.exec(text);
  const [cloud, value] = match === null ? ["all", text] : [match[1] ?? "all", match[2] ?? ""];
  if (value.trim() === "") throw new InvalidArgumentError("expected a value, or aws=VALUE");
  return { ...previous, [cloud]: value };
};

const account = (flags: string, description: string): Option =>
  new Option(flags, `${description}; aws=VALUE for one cloud, may be given several times`).argParser(byCloud);

const monthsFlag = (text: string): number => {
  const count = countFlag(text);
  if (count > 120) throw new InvalidArgumentError("expected at most 120 months");
  return count;
};

export function exportCommand(session: Session): Command {
  const command = new Command("export")
    .summary("the cost of a plan as a forecast for finance: FOCUS 1.4, CSV or JSON")
    .description(
      "Writes the cost of a fleet as a forecast, a row for each month, pool and workload. The rows of the first month add up to the plan's month to the cent.",
    )
    .argument("[plan]", "a lock or another plan in JSON, or a spec (default: the only spec in stacks/)")
    .action((path: string | undefined, flags: ExportFlags) => exportPlan(path, flags, session));
  command
    .addOption(new Option("--format <form>", "focus, csv or json (default: focus)").choices(["focus", "csv", "json"]))
    .option("--stack <name>", "the spec stacks/<name>.fleet.yaml")
    .option("--start <month>", "first month, YYYY-MM (default: this one)")
    .addOption(new Option("--months <n>", "so many months").argParser(monthsFlag).default(1))
    .addOption(
      new Option("--growth-percent <g>", "the bought quantity grows by this from month to month").argParser(growthFlag).default(0),
    );
  command
    .optionsGroup("FOCUS:")
    .addOption(account("--billing-account-id <id>", "the account that is billed"))
    .addOption(account("--billing-account-name <name>", "its name"))
    .addOption(account("--sub-account-id <id>", "AWS account or Google Cloud project that the fleet runs in"))
    .addOption(account("--sub-account-name <name>", "its name"))
    .option("--stack-name <name>", "x_StackName (default: the fleet's name)")
    .option("--scenario <name>", "x_ForecastScenario (default: planned, or the growth)")
    .addOption(new Option("--probability <share>", "x_Probability of the scenario, 0 to 1").argParser(shareFlag));
  return addExamples(addCommonFlags(command.optionsGroup("Options:")), [
    ["gpufleet export stacks/prod.plan.json --billing-account-id 123456789012 > forecast.csv", "next to the bill, in its columns"],
    ["gpufleet export stacks/prod.plan.json --format json --months 12 --growth-percent 3", "a year, and when the budget runs out"],
  ]);
}

async function exportPlan(path: string | undefined, flags: ExportFlags, session: Session): Promise<void> {
  const { runExport } = await import("../export-run.ts");
  await runExport(path, flags, session);
}

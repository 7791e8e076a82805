import type { FleetPlan, PlannedPool } from "../planner/plan/fleet-plan.ts";
import { type FocusOptions, focusCsv } from "../reports/focus/focus-rows.ts";
import type { ForecastOptions } from "../reports/focus/forecast.ts";
import { forecastJson } from "../reports/focus/forecast-json.ts";
import { monthsFrom } from "../reports/focus/months.ts";
import { plainCsv } from "../reports/focus/plain-rows.ts";
import type { ByCloud, ExportFlags } from "./commands/export.ts";
import { badInput } from "./failure.ts";
import { openPlan } from "./open-plan.ts";
import type { Session } from "./session.ts";
import { billingOfStack } from "./stack-billing.ts";
import { specAndExplain } from "./which-spec.ts";

export async function runExport(given: string | undefined, flags: ExportFlags, session: Session): Promise<void> {
  const options = forecastOptions(flags, session);
  const stack = flags.stack === undefined ? {} : { stack: flags.stack };
  const { path } = specAndExplain(given, { color: flags.color, ...stack }, session.io.directory);
  const plan = await openPlan(path, session.io.directory);
  const format = flags.format ?? (flags.json ? "json" : "focus");
  if (format === "json") return await session.printJson(forecastJson(plan, options));
  const text =
    format === "csv" ? plainCsv(plan, options) : focusCsv(plan, focusOptions(plan, withStack(flags, path, session.io.directory), options));
  // Not session.print: the file ends as RFC 4180 has it.
  await session.io.out.write(text);
}

/** A flag wins over the stack's config, cloud by cloud. */
function withStack(flags: ExportFlags, path: string, directory: string): ExportFlags {
  const billing = billingOfStack(path, directory);
  const either = (flag: ByCloud | undefined, config: ByCloud | undefined): ByCloud =>
    flag?.all === undefined ? { ...config, ...flag } : flag;
  return {
    ...flags,
    billingAccountId: either(flags.billingAccountId, billing.billingAccountId),
    billingAccountName: either(flags.billingAccountName, billing.billingAccountName),
    subAccountId: either(flags.subAccountId, billing.subAccountId),
    subAccountName: either(flags.subAccountName, billing.subAccountName),
  };
}

function forecastOptions({ start, months, growthPercent }: ExportFlags, { io }: Session): ForecastOptions {
  const first = start ?? io.today().slice(0, 7);
  const named = monthsFrom(first, months);
  if (named === null) {
    throw badInput({
      code: "invalid-month",
      path: "--start",
      message: `${JSON.stringify(first)} is no month`,
      suggestion: "write YYYY-MM, such as 2027-01",
    });
  }
  return { months: named, growthPercent };
}

function focusOptions(plan: FleetPlan, flags: ExportFlags, options: ForecastOptions): FocusOptions {
  const clouds = [...new Set([...plan.pools, ...(plan.paidNodes ?? [])].map(({ cloud }) => cloud))];
  const without = clouds.filter((cloud) => valueFor(flags.billingAccountId, cloud) === null);
  if (without.length > 0) {
    throw badInput({
      code: "missing-billing-account",
      path: "--billing-account-id",
      message: `is needed for ${without.join(" and ")}: FOCUS has no row without one`,
      suggestion: `give ${clouds.length > 1 ? without.map((cloud) => `--billing-account-id ${cloud}=ID`).join(" ") : "it"}, put it into config \`billing\` of the stack, or use --format csv`,
    });
  }
  const growth = flags.growthPercent === 0 ? "planned" : `growth of ${flags.growthPercent} % a month`;
  return {
    ...options,
    account: (cloud) => ({
      billingAccountId: valueFor(flags.billingAccountId, cloud) ?? "",
      billingAccountName: valueFor(flags.billingAccountName, cloud),
      subAccountId: valueFor(flags.subAccountId, cloud),
      subAccountName: valueFor(flags.subAccountName, cloud),
    }),
    stackName: flags.stackName ?? plan.fleet,
    scenario: flags.scenario ?? growth,
    probability: flags.probability ?? null,
  };
}

const valueFor = (values: ByCloud | undefined, cloud: PlannedPool["cloud"]): string | null => values?.[cloud] ?? values?.all ?? null;

import { loadCatalog } from "../catalog/load.ts";
import { type Finding, PlanningError } from "../planner/finding.ts";
import { planFleet } from "../planner/index.ts";
import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import type { PlanContext } from "../planner/plan/plan-fleet.ts";
import type { Progress } from "../planner/ports.ts";
import type { FleetSpec } from "../planner/spec/fleet-spec.ts";
import { findingText } from "../reports/finding-text.ts";
import { type DatedPrice, spotPriceDays, stalePrices } from "../reports/price-age.ts";
import { renderPlanTable } from "../reports/table.ts";
import { renderWays } from "../reports/ways.ts";
import type { PlanFlags } from "./commands/plan.ts";
import { badInput, Failure } from "./failure.ts";
import { deployedPlan, lockFilesOf, writeLock } from "./lock-file.ts";
import { withNamedModels } from "./named-models.ts";
import { type OpenedSpec, openSpec } from "./open-spec.ts";
import { checkLock } from "./plan-check.ts";
import { progressOn } from "./progress.ts";
import { flagOf } from "./request-flags.ts";
import { renderingOf, type Session } from "./session.ts";
import { plannerVersion } from "./version.ts";
import { specAndExplain } from "./which-spec.ts";
import { specFromFlags, workloadFlags } from "./workload-flags.ts";

/** Ways shown by `plan --model` when nothing else is asked for. */
const waysShown = 5;

export async function planSpec(given: string | undefined, flags: PlanFlags, session: Session): Promise<void> {
  const stray = workloadFlags.find((name) => flags[name] !== undefined);
  if (stray !== undefined) {
    throw badInput({
      code: "flag-without-model",
      path: flagOf(stray),
      message: "needs --model",
      suggestion: "with a file, the spec says it",
    });
  }
  const { path, explain } = specAndExplain(given, flags, session.io.directory);
  const opened = openSpec(path, session.io.directory);
  checkWorkloadName(explain, opened);
  if (flags.check) return checkLock(opened, path, flags, session);
  const deployed = flags.fresh ? null : deployedPlan(lockFilesOf(path), session.io.directory);
  const wishes = { explain: explain ?? false, alternatives: flags.alternatives ?? 0, ...(deployed === null ? {} : { deployed }) };
  const shownProgress = progressOn(session.io, opened.spec.workloads.length);
  const plan = await planned(opened, wishes, shownProgress.progress).finally(shownProgress.end);
  const shown = typeof explain === "string" ? onlyRejectionsOf(plan, explain) : plan;
  const stale = stalePrices(pricesOf(shown, opened.spec), session.io.today(), flags.maxPriceAge ?? spotPriceDays);
  const isTooOld = flags.maxPriceAge !== undefined && stale.length > 0;
  const note = flags.write && !isTooOld ? writtenNote(plan, path, session) : "";
  if (flags.json) await session.printJson(shown);
  else {
    const table = renderPlanTable(shown, { ...renderingOf(session, flags), verbose: flags.verbose === true, warnings: stale });
    await session.print(`${table.trimEnd()}\n${note}`);
  }
  await failOnStale(stale, flags, session);
}

/** Writes the lock and says so. */
function writtenNote(plan: FleetPlan, spec: string, session: Session): string {
  const files = lockFilesOf(spec);
  const written = writeLock(plan, files, session.io.directory);
  return written ? `\nWrote ${files.lock}\n` : `\n${files.lock} holds this plan already\n`;
}

export async function planOneWorkload(given: string | undefined, flags: PlanFlags, session: Session): Promise<void> {
  if (given !== undefined || flags.stack !== undefined) {
    const path = given ?? "--stack";
    throw badInput({ code: "spec-and-model", path, message: "cannot be combined with --model", suggestion: "give a spec or --model" });
  }
  const lockFlag = flags.write ? "--write" : flags.check ? "--check" : null;
  if (lockFlag !== null) {
    throw badInput({
      code: "lock-without-spec",
      path: lockFlag,
      message: "cannot be combined with --model",
      suggestion: "a lock needs a spec",
    });
  }
  const named = withNamedModels(loadCatalog().catalog, [{ name: flags.model ?? "", path: "--model" }], session.io.directory);
  if (named.findings.length > 0) throw new Failure(2, named.findings);
  const { catalog } = named;
  const { spec, assumptions: own } = specFromFlags(flags, catalog);
  const assumptions = [...named.assumptions, ...own];
  const alternatives = flags.alternatives ?? waysShown;
  const plan = await planned({ spec, catalog, assumptions }, { explain: flags.explain !== undefined, alternatives }).catch(inNoFile);
  const stale = stalePrices(pricesOf(plan, spec), session.io.today(), flags.maxPriceAge ?? spotPriceDays);
  if (flags.json) await session.printJson(plan);
  else await session.print(renderWays(plan, { ...renderingOf(session, flags), verbose: flags.verbose === true, warnings: stale }));
  await failOnStale(stale, flags, session);
}

const planned = (
  { spec, catalog, ...context }: OpenedSpec,
  wishes: Pick<PlanContext, "explain" | "alternatives" | "deployed">,
  progress?: Progress,
): Promise<FleetPlan> =>
  planFleet(spec, catalog, progress === undefined ? {} : { progress }, { ...context, plannerVersion: plannerVersion(), ...wishes });

/** There is one workload and no list that it stands in. */
function inNoFile(error: unknown): never {
  if (!(error instanceof PlanningError)) throw error;
  throw new PlanningError(error.findings.map((finding) => ({ ...finding, path: finding.path.replace(/^workloads\[0\]\.?/, "") })));
}

function checkWorkloadName(explain: string | true | undefined, { spec }: OpenedSpec): void {
  if (typeof explain !== "string") return;
  const names = spec.workloads.map((workload) => workload.name);
  if (names.includes(explain)) return;
  throw badInput({
    code: "unknown-workload",
    path: "--explain",
    message: `the spec has no workload ${JSON.stringify(explain)}`,
    suggestion: `use one of ${names.join(", ")}`,
  });
}

const onlyRejectionsOf = (plan: FleetPlan, workload: string): FleetPlan => ({
  ...plan,
  rejected: (plan.rejected ?? []).filter((rejection) => rejection.workload === workload),
});

function pricesOf(plan: FleetPlan, spec: FleetSpec): DatedPrice[] {
  const regions = new Map(spec.clusters.map((cluster) => [cluster.name, cluster.region]));
  return [
    ...plan.pools.map(({ instanceType, market, region, price }) => ({ instanceType, market, region, asOf: price.asOf })),
    ...(plan.alternatives ?? []).flatMap(({ pools, cluster }) =>
      pools.map(({ instanceType, market, priceAsOf }) => ({
        instanceType,
        market,
        region: regions.get(cluster) ?? cluster,
        asOf: priceAsOf,
      })),
    ),
  ];
}

/** An old spot price is a warning, and a failure for whoever set a limit. The plan was printed already, and not written. */
async function failOnStale(stale: readonly Finding[], { maxPriceAge }: PlanFlags, session: Session): Promise<void> {
  if (maxPriceAge === undefined || stale.length === 0) return;
  session.endWith(1);
  const finding: Finding = {
    code: "prices-too-old",
    path: "--max-price-age",
    message: `${stale.length} spot price${stale.length === 1 ? " is" : "s are"} older than ${maxPriceAge} days: ${stale.map(({ path }) => path).join(", ")}`,
    suggestion: "put today's prices in catalogOverrides, or leave spot out of markets",
  };
  await session.io.err.write(`${findingText(finding)}\n`);
}

import type { FleetPlan, PlannedDeployment, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import { deviceOf } from "../../planner/plan/slots.ts";
import type { PricedNodes } from "../idle-nodes.ts";
import { layoutText } from "../layout-text.ts";
import { modelName } from "../model-name.ts";
import { counted, factor, milliseconds, rate } from "../quantity.ts";
import { moneyChange } from "./money-change.ts";
import type { Cause, ChangeKind, Difference, WorkloadChange } from "./plan-diff.ts";
import { poolsByName, priceCause } from "./price-cause.ts";
import { canMoveCost, specCauses } from "./spec-causes.ts";

/** A workload of either plan with what is its own to explain: neighbours and the fleet come later. */
export interface OwnChange extends WorkloadChange {
  /** Every pool it sits in, before or after. */
  readonly pools: readonly string[];
}

/** Workloads of both plans: the new plan's order, then those that are gone. */
export function ownChanges(old: FleetPlan, now: FleetPlan, inputs: readonly Cause[]): OwnChange[] {
  const before = new Map(old.workloads.map((workload) => [workload.name, workload]));
  const after = new Set(now.workloads.map(({ name }) => name));
  return [
    ...now.workloads.map((workload) => ownChange(old, now, before.get(workload.name), workload, inputs)),
    ...old.workloads.filter(({ name }) => !after.has(name)).map((workload) => ownChange(old, now, workload, undefined, inputs)),
  ];
}

function ownChange(
  old: FleetPlan,
  now: FleetPlan,
  before: PlannedWorkload | undefined,
  after: PlannedWorkload | undefined,
  inputs: readonly Cause[],
): OwnChange {
  const name = after?.name ?? before?.name ?? "";
  const cost = moneyChange(old.cost.byWorkload[name], now.cost.byWorkload[name]);
  const pools = [...new Set([...(before?.deployments ?? []), ...(after?.deployments ?? [])].map(({ pool }) => pool))];
  if (before === undefined || after === undefined) {
    const kind = before === undefined ? "added" : "removed";
    const own = after ?? before;
    const differences = own === undefined ? [] : wholeOf(own, before === undefined ? now : old, kind);
    return { kind, name, cost, differences, causes: [{ kind: "spec", path: `workload ${name}`, old: null, new: null, note: kind }], pools };
  }
  const written = specCauses(before, after);
  const prices = pools.flatMap((pool) => priceCause(pool, old, now));
  const predictions = written.some((cause) => canMoveCost(cause, name)) ? [] : predictionCauses(before, after, inputs);
  const causes = [...written, ...prices, ...predictions];
  const differences = differencesOf(describe(before, old), describe(after, now));
  const isChanged = differences.length > 0 || causes.length > 0 || cost.difference.usdPerHour !== 0;
  // The planned load of a replica moves its latencies: worth a reader's time only beside a change that they can act upon.
  const latencies = isChanged ? differencesOf(latenciesOf(before), latenciesOf(after)) : [];
  return { kind: isChanged ? "changed" : "unchanged", name, cost, differences: [...differences, ...latencies], causes, pools };
}

type Description = readonly (readonly [what: string, text: string])[];

/** What a reviewer compares: how many, of what layout, where. */
function describe(workload: PlannedWorkload, plan: FleetPlan): Description {
  const pools = poolsByName(plan);
  const places = new Map<string, number>();
  for (const deployment of workload.deployments) {
    const place = placeOf(pools.get(deployment.pool));
    places.set(place, (places.get(place) ?? 0) + deployment.replicas);
  }
  const layouts = new Set(
    workload.deployments.map((one) => {
      const pool = pools.get(one.pool);
      return layoutText({ ...one, ...(pool === undefined ? { gpu: "" } : deviceOf(pool, one)) });
    }),
  );
  return [
    ["replicas", String(workload.deployments.reduce((sum, { replicas }) => sum + replicas, 0))],
    ["layout", layouts.size === 0 ? "none" : [...layouts].join(" + ")],
    ["on", placesText(places)],
  ];
}

/** Replicas by place; where all are in one, their number stands before. No nodes: several may share one, or one may span several. */
function placesText(places: ReadonlyMap<string, number>): string {
  if (places.size < 2) return [...places.keys()].join("") || "nothing";
  return [...places].map(([place, replicas]) => `${place} (${counted(replicas, "replica")})`).join(" + ");
}

const placeOf = (pool: PricedNodes | undefined): string =>
  pool === undefined ? "an unknown pool" : `${pool.instanceType} ${pool.market}${pool.zones.length === 1 ? ` ${pool.zones[0]}` : ""}`;

function latenciesOf({ deployments, task }: PlannedWorkload): Description {
  const slowest = (pick: (deployment: PlannedDeployment) => number, show = milliseconds): string =>
    deployments.length === 0 ? "none" : show(Math.max(...deployments.map(pick)));
  if (task === "transcribe") return [["RTF p95", slowest(({ predicted }) => predicted.realTimeFactorP95 ?? 0, factor)]];
  if (task !== "generate") return [["latency p95 ms", slowest(({ predicted }) => predicted.latencyMs?.p95 ?? 0)]];
  return [
    ["TTFT p95 ms", slowest(({ predicted }) => predicted.ttftMs.p95)],
    ["TPOT p95 ms", slowest(({ predicted }) => predicted.tpotMs.p95)],
  ];
}

function differencesOf(old: Description, now: Description): Difference[] {
  const before = new Map(old);
  return now.flatMap(([what, text]) => (before.get(what) === text ? [] : [{ what, old: before.get(what) ?? "none", new: text }]));
}

function wholeOf(workload: PlannedWorkload, plan: FleetPlan, kind: ChangeKind): Difference[] {
  const model: Description = [
    ["model", modelName(workload.model)],
    ["requests/s", rate(workload.demand.requestsPerSecond)],
  ];
  const side = (text: string): Pick<Difference, "old" | "new"> => (kind === "added" ? { old: "", new: text } : { old: text, new: "" });
  return [...model, ...describe(workload, plan)].map(([what, text]) => ({ what, ...side(text) }));
}

/** The same layout on the same pool is now expected to carry more or less, though the spec asks for the same. */
function predictionCauses(before: PlannedWorkload, after: PlannedWorkload, inputs: readonly Cause[]): Cause[] {
  const same = after.deployments.flatMap((deployment) => {
    const old = before.deployments.find(({ name }) => name === deployment.name);
    return old === undefined ? [] : [{ old, new: deployment }];
  });
  const capacity = (deployment: PlannedDeployment): string => rate(deployment.capacityRequestsPerSecondPerReplica);
  const [moved] = same.filter((pair) => capacity(pair.old) !== capacity(pair.new));
  if (moved === undefined) return [];
  const behind = inputs.map(({ kind }) => (kind === "planner" ? "planner version" : kind));
  return [
    {
      kind: "prediction",
      path: `${after.name}: predicted requests/s of a replica`,
      old: capacity(moved.old),
      new: capacity(moved.new),
      ...(behind.length > 0 ? { note: `changed: ${behind.join(", ")}` } : {}),
    },
  ];
}

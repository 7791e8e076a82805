import { canonicalJson, compareText } from "../canonical-json.ts";
import type { FleetSpec, WorkloadSpec } from "../spec/fleet-spec.ts";
import type { FleetPlan, PlannedWorkload } from "./fleet-plan.ts";

/** Differences named in one line; the rest is a number. */
const named = 3;
/** A value longer than this is not shown. */
const longestValue = 60;

/** What a spec says otherwise than the plan, as far as the plan repeats the spec: `workloads.chat.demand.requestsPerSecond is 8 (lock: 6)`. */
export function specDifference(plan: FleetPlan, spec: FleetSpec): string {
  const differences = differ("", partOfSpec(spec, plan), partOfPlan(plan));
  if (differences.length === 0) return "something that the lock does not repeat, such as markets, quotas, zones or a list of GPUs";
  const more = differences.length > named ? ` and ${differences.length - named} more` : "";
  return `${differences.slice(0, named).join(", ")}${more}`;
}

interface Fields extends Readonly<Record<string, unknown>> {}

function partOfSpec(spec: FleetSpec, plan: FleetPlan): Fields {
  return {
    fleet: spec.fleet,
    tags: spec.tags,
    budget: spec.budget,
    workloads: Object.fromEntries(
      spec.workloads.map((workload) => {
        const locked = plan.workloads.find(({ name }) => name === workload.name);
        return [workload.name, { confidence: spec.confidence, ...workloadOfSpec(workload, (locked?.deployments.length ?? 0) > 0) }];
      }),
    ),
  };
}

function partOfPlan(plan: FleetPlan): Fields {
  return {
    fleet: plan.fleet,
    tags: plan.tags,
    budget: plan.budget === null ? null : { usdPerMonth: plan.budget.usdPerMonth, mode: plan.budget.mode },
    workloads: Object.fromEntries(plan.workloads.map((workload) => [workload.name, workloadOfPlan(workload)])),
  };
}

function workloadOfSpec(workload: WorkloadSpec, isServed: boolean): Fields {
  const { model, task, costCenter, tags, slo, availability, spot, engine, weights } = workload;
  const { lengths: _classes, prefixCacheHitRate: _hits, ...demand } = workload.demand;
  return {
    ...{ model, task, costCenter, tags, slo, availability, spot },
    demand,
    ...(isServed ? engineAndWeights(task, engine, weights) : {}),
  };
}

function workloadOfPlan(workload: PlannedWorkload): Fields {
  const { model, task, costCenter, tags, slo, confidence, availability, spot, demand, deployments } = workload;
  const [served] = deployments;
  return {
    ...{ model, task, costCenter, tags, slo, confidence, availability, spot },
    demand: { ...demand, hourlyRequestsPerSecond: demand.hourlyRequestsPerSecond ?? null },
    ...(served === undefined ? {} : engineAndWeights(task, engineOf(served.engine), weightsOf(served.weights))),
  };
}

/** Engines of the other tasks follow the hardware, CPU or GPU, and so do their images: only the plan can say which. */
const engineAndWeights = (task: PlannedWorkload["task"], engine: object, weights: object): Fields =>
  task === "generate" ? { engine, weights } : { weights };

type Served = PlannedWorkload["deployments"][number];
const engineOf = ({ name, version, image, args }: Served["engine"]): Fields => ({ name, version, image, args });
const weightsOf = ({ source, uri, revision, tokenSecret }: Served["weights"]): Fields => ({ source, uri, revision, tokenSecret });

function differ(path: string, spec: unknown, lock: unknown): string[] {
  if (canonicalJson(spec) === canonicalJson(lock)) return [];
  if (!isFields(spec) || !isFields(lock)) return [`${path} is ${shown(spec)} (lock: ${shown(lock)})`];
  const keys = [...new Set([...Object.keys(spec), ...Object.keys(lock)])].toSorted(compareText);
  return keys.flatMap((key) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (!Object.hasOwn(lock, key)) return [`${at} is new`];
    if (!Object.hasOwn(spec, key)) return [`${at} is gone`];
    return differ(at, spec[key], lock[key]);
  });
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  const text = canonicalJson(value);
  return text.length <= longestValue ? text : "another value";
}

import type { FleetPlan, PlannedDeployment, PlannedPool, PlannedWorkload } from "../../planner/plan/fleet-plan.ts";
import type { FleetSpec, WorkloadSpec } from "../../planner/spec/fleet-spec.ts";
import type { RawCatalog, RawCpu, RawQuote } from "./raw-catalog.ts";

/** What every rule looks at. */
export interface Subject {
  readonly spec: FleetSpec;
  readonly plan: FleetPlan;
  readonly catalog: RawCatalog;
}

/** A rule says what is wrong; an empty list is consent. Rules do not rely on each other: each looks away where another has to complain. */
export type Rule = (subject: Subject) => string[];

/** A workload as it was asked for and as it was planned. */
export interface Served {
  readonly asked: WorkloadSpec;
  readonly planned: PlannedWorkload;
}

export function servedWorkloads({ spec, plan }: Subject): Served[] {
  return spec.workloads.flatMap((asked) => {
    const planned = plan.workloads.find(({ name }) => name === asked.name);
    return planned === undefined ? [] : [{ asked, planned }];
  });
}

/** A deployment with the pool it says it lives in. */
export interface Placed extends Served {
  readonly deployment: PlannedDeployment;
  readonly pool: PlannedPool;
}

export const placedIn = (subject: Subject, served: Served): Placed[] =>
  served.planned.deployments.flatMap((deployment) => {
    const pool = subject.plan.pools.find(({ name }) => name === deployment.pool);
    return pool === undefined ? [] : [{ ...served, deployment, pool }];
  });

export const allPlaced = (subject: Subject): Placed[] => servedWorkloads(subject).flatMap((served) => placedIn(subject, served));

/** docs/spec.md: replicas share a node by its GPUs, or by slots of vCPUs where it has none. */
export const nodeSlots = (pool: PlannedPool): number => (pool.gpu === null ? (pool.cpu?.slotsPerNode ?? 0) : pool.gpusPerNode);
export const replicaSlots = (deployment: PlannedDeployment, pool: PlannedPool): number =>
  pool.gpu === null ? (deployment.cpuSlotsPerReplica ?? 0) : deployment.gpusPerReplica;

/** The processor of a pool without GPUs, by the family of its instance type. */
export const cpuOf = ({ catalog }: Subject, { instanceType }: Pick<PlannedPool, "instanceType">): RawCpu | undefined =>
  catalog.cpus.find(({ instanceFamilies }) => instanceFamilies.includes(familyOf(instanceType)));

/** docs/spec.md: the instance id up to its size, p5 of p5.48xlarge, a3-highgpu of a3-highgpu-8g. */
export function familyOf(instanceType: string): string {
  const machine = instanceType.replace(/\+.*$/, "");
  return machine.includes(".") ? machine.replace(/\..*$/, "") : machine.split("-").slice(0, -1).join("-");
}

/** Whether a workload's requests are sent to its deployments by weight: what holds for equal replicas then holds for capacities. */
export const isMixed = ({ planned }: Served): boolean => planned.deployments.some(({ requestShare }) => requestShare !== undefined);

/** The catalog's price of a pool's nodes; null when it has none. */
export function quoteOf(subject: Subject, pool: Pick<PlannedPool, "instanceType" | "cloud" | "region" | "market">): RawQuote | null {
  const row = subject.catalog.prices.find(
    ({ instance, cloud, region }) => instance === pool.instanceType && cloud === pool.cloud && region === pool.region,
  );
  switch (pool.market) {
    case "on-demand":
      return row?.onDemand ?? null;
    case "spot":
      return row?.spot ?? null;
    case "static":
      return row?.static ?? null;
    case "reserved":
      return row?.reserved ?? (subject.spec.commitment === "3-years" ? row?.committed3Year : row?.committed1Year) ?? null;
  }
}

/** What stands idle of nodes that are paid for anyway: rows of their own in the plan's cost. */
export const idlePaid = ({ plan }: Pick<Subject, "plan">) => (plan.paidNodes ?? []).filter(({ idleNodes }) => idleNodes > 0);

/** Something that must hold, and what to say when it does not. */
export type Check = readonly [holds: boolean, complaint: string];

export const failing = (checks: readonly Check[]): string[] => checks.flatMap(([holds, complaint]) => (holds ? [] : [complaint]));

/** What stands more than once in a list, each named once. */
export const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const isNear = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance;

/** Integer micro-dollars, in which sums are exact. */
export const micro = (usd: number): number => Math.round(usd * 1e6);

/** Money and shares of a plan are written with six decimals. */
export const sixDecimals = 0.5e-6 + 1e-12;

import { at } from "../element.ts";
import type { Instance, InstanceOption } from "./instance.ts";

/** What a workload does: one option, and its replicas in pools. */
export interface Choice {
  readonly option: number;
  readonly pools: readonly number[];
  readonly replicas: readonly number[];
}

/** A fleet under construction. Nodes follow from the loads: every pool has as many as its replicas need. */
export interface Fleet {
  readonly instance: Instance;
  /** For each workload; null while it is not placed. */
  readonly choices: (Choice | null)[];
  /** GPUs in use, for each pool. */
  readonly loads: Int32Array;
  readonly nodes: Int32Array;
  /** GPUs that are paid for and not in use, at the slot price, for each offer. */
  readonly idleUsdPerHour: Float64Array;
  /** A number that stands for the loads of a group's pools; two states may share one, rarely. */
  readonly groupStates: Int32Array;
  /** GPUs bought, for each limit. */
  readonly limitGpus: Int32Array;
  /** Micro-dollars, exact. */
  usdPerHour: number;
  /** GPUs above the limits, added up. */
  excessGpus: number;
}

export function emptyFleet(instance: Instance): Fleet {
  return {
    instance,
    choices: new Array(instance.workloads.length).fill(null),
    loads: new Int32Array(instance.pools.length),
    nodes: new Int32Array(instance.pools.length),
    idleUsdPerHour: new Float64Array(instance.offers.length),
    groupStates: new Int32Array(instance.groupCount),
    limitGpus: new Int32Array(instance.limits.length),
    usdPerHour: 0,
    excessGpus: 0,
  };
}

export function fleetOf(instance: Instance, choices: readonly (Choice | null)[]): Fleet {
  const fleet = emptyFleet(instance);
  choices.forEach((choice, workload) => {
    if (choice !== null) place(fleet, workload, choice);
  });
  return fleet;
}

export function place(fleet: Fleet, workload: number, choice: Choice): void {
  fleet.choices[workload] = choice;
  change(fleet, workload, choice, 1);
}

/** Takes a workload out and returns what it did. */
export function remove(fleet: Fleet, workload: number): Choice | null {
  const choice = at(fleet.choices, workload);
  if (choice === null) return null;
  fleet.choices[workload] = null;
  change(fleet, workload, choice, -1);
  return choice;
}

function change(fleet: Fleet, workload: number, choice: Choice, sign: 1 | -1): void {
  const { gpusPerReplica } = at(at(fleet.instance.workloads, workload).options, choice.option);
  for (let index = 0; index < choice.pools.length; index++) {
    const pool = choice.pools[index] as number;
    changeLoad(fleet, pool, sign * gpusPerReplica * (choice.replicas[index] as number));
  }
}

function changeLoad(fleet: Fleet, pool: number, gpus: number): void {
  const offer = at(fleet.instance.pools, pool).offer;
  const { gpusPerNode, usdPerNodeHour, usdPerSlotHour, limits, group } = at(fleet.instance.offers, offer);
  const load = (fleet.loads[pool] as number) + gpus;
  const nodes = Math.ceil(load / gpusPerNode);
  const more = nodes - (fleet.nodes[pool] as number);
  fleet.loads[pool] = load;
  fleet.nodes[pool] = nodes;
  fleet.groupStates[group] = (fleet.groupStates[group] as number) + Math.imul(gpus, stateOf(pool));
  fleet.usdPerHour += more * usdPerNodeHour;
  fleet.idleUsdPerHour[offer] = (fleet.idleUsdPerHour[offer] as number) + (more * gpusPerNode - gpus) * usdPerSlotHour;
  if (more === 0) return;
  for (const limit of limits) {
    const { gpus: most } = at(fleet.instance.limits, limit);
    const before = fleet.limitGpus[limit] as number;
    const after = before + more * gpusPerNode;
    fleet.limitGpus[limit] = after;
    fleet.excessGpus += Math.max(0, after - most) - Math.max(0, before - most);
  }
}

/** A number that stands for all that the price of an option depends on: the loads of its group and the GPUs under its limits. */
export function stateFor(fleet: Fleet, option: InstanceOption): number {
  let state = fleet.groupStates[option.group] as number;
  for (const limit of option.limits) state = (state + Math.imul(fleet.limitGpus[limit] as number, stateOf(-limit - 9))) | 0;
  return state;
}

/** A scattered number for a pool (Knuth's multiplicative hash), so that the sum of load x number tells states apart. */
const stateOf = (pool: number): number => Math.imul(pool + 1, 0x9e3779b1) ^ Math.imul(pool + 7, 0x85ebca6b);

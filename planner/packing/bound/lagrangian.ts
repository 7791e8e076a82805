import { at } from "../../element.ts";
import { copyMultipliers, type Multipliers, setMultipliers } from "./multipliers.ts";
import type { Box, Pricer } from "./option-bins.ts";
import { type Picked, pick } from "./pricing.ts";

/** No limit on the nodes of a row. */
export const anyNumber = 2 ** 20;

/** A part of the search space: the options still alive for each workload, and the nodes each row may have. */
export interface Region {
  readonly alive: readonly (readonly number[])[];
  readonly box: Box;
}

export interface Evaluated {
  /** No fleet in the region is cheaper. */
  readonly bound: number;
  readonly picks: readonly Picked[];
  /** Nodes bought for each row at these prices. */
  readonly nodes: Float64Array;
  /** Price of one more node of each row, after what its GPUs earn; negative: it pays. */
  readonly nodePrices: Float64Array;
}

/** Of all that a bound is added up from, far more than adding floating-point numbers can lose. */
export const roundingShare = 1e-11;

/**
 * L = sum over workloads of the cheapest option at the multipliers + sum over rows of nodes x (price - what the multipliers
 * pay for a node) - sum over limits of GPUs x their price. A lower bound for any multipliers >= 0.
 */
export function evaluate(pricer: Pricer, region: Region, multipliers: Multipliers): Evaluated {
  const { rows, instance } = pricer.relaxation;
  const { fullNode, ownNode, limitGpu } = multipliers;
  const picks = region.alive.map((alive, workload) => pick(pricer, workload, alive, { multipliers, box: region.box }));
  let bound = 0;
  let size = 0;
  for (const picked of picks) {
    bound += picked.price;
    size += picked.price;
  }
  const needed = new Float64Array(rows.length);
  for (const picked of picks) {
    picked.rows.forEach((row, index) => {
      needed[row] = (needed[row] as number) + (picked.gpus[index] as number) / at(rows, row).gpusPerNode;
    });
  }
  const nodes = new Float64Array(rows.length);
  const nodePrices = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const { usdPerNodeHour, gpusPerNode, limits } = at(rows, row);
    let price = usdPerNodeHour - (fullNode[row] as number);
    for (const limit of limits) price += (limitGpu[limit] as number) * gpusPerNode;
    for (let workload = 0; workload < picks.length; workload++) price -= ownNode[workload * rows.length + row] as number;
    const [least, most] = [region.box.least[row] as number, region.box.most[row] as number];
    // At a price of about nothing every number of nodes is as good; the number needed leads furthest.
    const free = Math.abs(price) <= 1e-7 * usdPerNodeHour;
    nodes[row] = free ? Math.min(most, Math.max(least, needed[row] as number)) : price > 0 ? least : most;
    nodePrices[row] = price;
    bound += price > 0 ? price * least : price * most;
    size += Math.abs(price * (price > 0 ? least : most)) + usdPerNodeHour * least;
  }
  instance.limits.forEach(({ gpus }, limit) => {
    bound -= (limitGpu[limit] as number) * gpus;
    size += (limitGpu[limit] as number) * gpus;
  });
  if (bound < Infinity) bound -= roundingShare * size;
  return { bound, picks, nodes, nodePrices };
}

const firstFactor = 0.8;
const leastFactor = 0.002;
const patience = 8;

export interface Ascent {
  readonly best: Evaluated;
  readonly multipliers: Multipliers;
  /** Mean number of nodes each row needed while the multipliers settled: an estimate of the relaxed optimum. */
  readonly nodes: Float64Array;
  /** For each workload and option, how often it was picked while the multipliers settled, later picks counting more; adds up to 1. */
  readonly shares: readonly ReadonlyMap<number, number>[];
}

/** Raises the bound by subgradient steps (Polyak's rule towards `target`), until it reaches `enough`. */
export function ascend(pricer: Pricer, region: Region, start: Multipliers, target: number, enough: number, steps: number): Ascent {
  const multipliers = copyMultipliers(start);
  const mean = new Float64Array(pricer.relaxation.rows.length);
  const shares = region.alive.map(() => new Map<number, number>());
  let course = newCourse(pricer);
  let best: Evaluated | null = null;
  let bestMultipliers = start;
  let factor = firstFactor;
  let stalls = 0;
  for (let count = 0; count < steps; count++) {
    const evaluated = evaluate(pricer, region, multipliers);
    average(pricer, evaluated, mean, shares, count === 0 ? 1 : weightOfLast);
    if (best === null || evaluated.bound > best.bound) {
      const gain = best === null ? Infinity : evaluated.bound - best.bound;
      stalls = gain < 0.01 * (target - evaluated.bound) * factor ? stalls + 1 : 0;
      best = evaluated;
      bestMultipliers = copyMultipliers(multipliers);
    } else stalls++;
    if (best.bound >= enough) break;
    if (stalls >= patience) {
      factor *= 0.5;
      stalls = 0;
      setMultipliers(multipliers, bestMultipliers);
      course = newCourse(pricer);
      if (factor < leastFactor) break;
      step(pricer, region, best, course, multipliers, factor * (target - best.bound));
    } else if (!step(pricer, region, evaluated, course, multipliers, factor * (target - evaluated.bound))) break;
  }
  return { best: best ?? evaluate(pricer, region, start), multipliers: bestMultipliers, nodes: mean, shares };
}

const weightOfLast = 0.15;

function average(pricer: Pricer, evaluated: Evaluated, mean: Float64Array, shares: readonly Map<number, number>[], weight: number): void {
  averageNeeded(pricer, evaluated, mean, weight);
  averagePicked(evaluated, shares, weight);
}

function averageNeeded(pricer: Pricer, { picks }: Evaluated, mean: Float64Array, weight: number): void {
  const { rows } = pricer.relaxation;
  const needed = new Float64Array(rows.length);
  const own = new Float64Array(rows.length);
  for (const { rows: used, gpus, nodes } of picks) {
    used.forEach((row, index) => {
      needed[row] = (needed[row] as number) + (gpus[index] as number) / at(rows, row).gpusPerNode;
      own[row] = Math.max(own[row] as number, nodes[index] as number);
    });
  }
  for (let row = 0; row < rows.length; row++) {
    mean[row] = (1 - weight) * (mean[row] as number) + weight * Math.max(needed[row] as number, own[row] as number);
  }
}

function averagePicked({ picks }: Evaluated, shares: readonly Map<number, number>[], weight: number): void {
  picks.forEach(({ option }, workload) => {
    const own = at(shares, workload);
    for (const [other, share] of own) own.set(other, (1 - weight) * share);
    own.set(option, (own.get(option) ?? 0) + weight);
  });
}

/** One step along the deflected subgradient, as long as Polyak's rule says for `distance` in the bound, cut off at 0. False where there is nowhere to go. */
function step(pricer: Pricer, region: Region, evaluated: Evaluated, course: Course, multipliers: Multipliers, distance: number): boolean {
  const slope = subgradient(pricer, evaluated);
  const { unit, heading } = course;
  const values = [multipliers.fullNode, multipliers.ownNode, multipliers.limitGpu];
  let along = 0;
  let size = 0;
  for (let kind = 0; kind < 3; kind++) {
    const [to, toward, scale, now] = [at(heading, kind), at(slope, kind), at(unit, kind), at(values, kind)];
    for (let index = 0; index < to.length; index++) {
      const scaled = (toward[index] as number) * (scale[index] as number);
      let next = scaled + memory * (to[index] as number);
      // A multiplier at 0 cannot go down.
      if (next < 0 && now[index] === 0) next = 0;
      to[index] = next;
      along += next * scaled;
      size += next * next;
    }
  }
  if (size === 0 || distance <= 0) return false;
  const length = along > 0 ? distance / size : distance / (2 * size);
  for (let kind = 0; kind < 3; kind++) {
    const [to, scale, now] = [at(heading, kind), at(unit, kind), at(values, kind)];
    for (let index = 0; index < to.length; index++) {
      now[index] = Math.max(0, (now[index] as number) + length * (scale[index] as number) * (to[index] as number));
    }
  }
  keepNodesWorthTheirPrice(pricer, region, multipliers);
  return true;
}

/** How much of the last direction is kept: without it the steps zigzag. */
const memory = 0.8;

/** For the multipliers of full nodes, own nodes and limits: the unit of a step (dear nodes' prices move faster) and the direction of the last one. */
interface Course {
  readonly unit: readonly Float64Array[];
  readonly heading: readonly Float64Array[];
}

function newCourse({ relaxation }: Pricer): Course {
  const { rows, instance } = relaxation;
  const rowUsd = Float64Array.from(rows, ({ usdPerNodeHour }) => usdPerNodeHour);
  const ownUsd = Float64Array.from({ length: rows.length * instance.workloads.length }, (_, index) => at(rowUsd, index % rows.length));
  const slotUsd = 0.1 * Math.max(0, ...instance.offers.map(({ usdPerSlotHour }) => usdPerSlotHour));
  const limitUsd = new Float64Array(instance.limits.length).fill(slotUsd);
  const unit = [rowUsd, ownUsd, limitUsd];
  return { unit, heading: unit.map(({ length }) => new Float64Array(length)) };
}

/** By how much the picks break each rule that the multipliers stand for. */
function subgradient(pricer: Pricer, { picks, nodes }: Evaluated): Float64Array[] {
  const { rows, instance } = pricer.relaxation;
  const full = Float64Array.from(nodes, (count) => -count);
  const own = new Float64Array(rows.length * picks.length);
  const limit = Float64Array.from(instance.limits, ({ gpus }) => -gpus);
  for (let index = 0; index < own.length; index++) own[index] = -(nodes[index % rows.length] as number);
  picks.forEach((picked, workload) => {
    for (let index = 0; index < picked.rows.length; index++) {
      const row = picked.rows[index] as number;
      full[row] = (full[row] as number) + (picked.gpus[index] as number) / at(rows, row).gpusPerNode;
      own[workload * rows.length + row] = (own[workload * rows.length + row] as number) + (picked.nodes[index] as number);
    }
    for (let index = 0; index < limit.length; index++) limit[index] = (limit[index] as number) + (picked.limitGpus[index] as number);
  });
  rows.forEach(({ gpusPerNode, limits }, row) => {
    for (const index of limits) limit[index] = (limit[index] as number) + (nodes[row] as number) * gpusPerNode;
  });
  return [full, own, limit];
}

/** Where any number of nodes may be bought, one that earned more than its price would be bought without end: scales the earnings down to the price. */
function keepNodesWorthTheirPrice(pricer: Pricer, { box }: Region, { fullNode, ownNode, limitGpu }: Multipliers): void {
  const { rows, instance } = pricer.relaxation;
  rows.forEach(({ usdPerNodeHour, gpusPerNode, limits }, row) => {
    if ((box.most[row] as number) < anyNumber) return;
    let price = usdPerNodeHour;
    for (const limit of limits) price += (limitGpu[limit] as number) * gpusPerNode;
    let earned = fullNode[row] as number;
    for (let workload = 0; workload < instance.workloads.length; workload++) earned += ownNode[workload * rows.length + row] as number;
    if (earned <= price) return;
    const share = price / earned;
    fullNode[row] = (fullNode[row] as number) * share;
    for (let workload = 0; workload < instance.workloads.length; workload++) {
      const index = workload * rows.length + row;
      ownNode[index] = (ownNode[index] as number) * share;
    }
  });
}

import { at } from "../element.ts";
import type { Choice } from "./fleet.ts";
import type { Table } from "./menu-table.ts";
import { type Random, randomFrom, shuffle } from "./random.ts";

/** The fleet as a row of each workload's menu. */
export interface Picks {
  readonly table: Table;
  /** The row of each workload. */
  readonly rows: Int32Array;
  /** GPUs in use in each pool, of shared uses. */
  readonly loads: Int32Array;
  /** What a new node and a GPU cost for the moment: the whole price and nothing, but while the search lies. */
  readonly usdPerNewNode: Float64Array;
  readonly usdPerGpu: Float64Array;
  usdPerHour: number;
  /** Rows priced: the measure of effort. */
  evaluations: number;
}

export const choicesOf = ({ table, rows }: Picks): Choice[] =>
  table.menus.map((menu, workload) => at(menu, at(rows, workload) - at(table.firstRow, workload)).choice);

/** Everybody takes the row that is cheapest on full nodes, then nodes become whole little by little. The seed decides who chooses first and how fast. */
export function firstPicks(table: Table, seed: number): Picks {
  const picks: Picks = {
    table,
    rows: new Int32Array(table.menus.length).fill(-1),
    loads: new Int32Array(table.gpusPerNode.length),
    usdPerNewNode: table.usdPerNode.slice(),
    usdPerGpu: new Float64Array(table.usdPerNode.length),
    usdPerHour: 0,
    evaluations: 0,
  };
  const random = randomFrom(seed);
  const everybody = table.menus.map((_, workload) => workload);
  for (const workload of everybody) take(picks, workload, at(table.firstRow, workload));
  shuffle(everybody, random);
  harden(picks, everybody, 0, 6 + random.below(25));
  settle(picks, everybody, 4);
  return picks;
}

const stepsFromPrices = 10;

/**
 * Everybody chooses at these prices of a GPU (per offer), which then turn into whole nodes little by little; all settle. Where
 * they are the multipliers of the bound, about as many choose each large node as it has GPUs.
 */
export function choosePriced(picks: Picks, usdPerGpu: ArrayLike<number>, seed: number): void {
  const { table } = picks;
  const everybody = table.menus.map((_, workload) => workload);
  shuffle(everybody, randomFrom(seed));
  for (let step = 0; step <= stepsFromPrices; step++) {
    const hardness = step / stepsFromPrices;
    for (const pool of table.shared) {
      picks.usdPerNewNode[pool] = hardness * (table.usdPerNode[pool] as number);
      picks.usdPerGpu[pool] = (1 - hardness) * (usdPerGpu[at(table.instance.pools, pool).offer] as number);
    }
    chooseAgain(picks, everybody);
  }
  settle(picks, everybody, 4);
}

function change(picks: Picks, row: number, sign: 1 | -1): void {
  const { firstUse, usePool, useGpus, gpusPerNode, usdPerNode, fixedUsd } = picks.table;
  let usd = sign * (fixedUsd[row] as number);
  for (let use = firstUse[row] as number; use < (firstUse[row + 1] as number); use++) {
    const pool = usePool[use] as number;
    const perNode = gpusPerNode[pool] as number;
    const before = picks.loads[pool] as number;
    const after = before + sign * (useGpus[use] as number);
    picks.loads[pool] = after;
    usd += (Math.ceil(after / perNode) - Math.ceil(before / perNode)) * (usdPerNode[pool] as number);
  }
  picks.usdPerHour += usd;
}

function take(picks: Picks, workload: number, row: number): void {
  picks.rows[workload] = row;
  change(picks, row, 1);
}

function leave(picks: Picks, workload: number): number {
  const row = picks.rows[workload] as number;
  change(picks, row, -1);
  return row;
}

export function move(picks: Picks, workload: number, row: number): void {
  leave(picks, workload);
  take(picks, workload, row);
}

/** The row that costs least beside the others at the prices of the moment. */
function cheapestRow(picks: Picks, workload: number): number {
  const { firstRow, firstUse, usePool, useGpus, gpusPerNode, fixedUsd } = picks.table;
  const { loads, usdPerNewNode, usdPerGpu } = picks;
  let best = Infinity;
  let chosen = -1;
  const end = firstRow[workload + 1] as number;
  for (let row = firstRow[workload] as number; row < end; row++) {
    let usd = fixedUsd[row] as number;
    if (usd >= best) continue;
    const last = firstUse[row + 1] as number;
    for (let use = firstUse[row] as number; use < last; use++) {
      const pool = usePool[use] as number;
      const gpus = useGpus[use] as number;
      const perNode = gpusPerNode[pool] as number;
      const free = perNode - 1 - (((loads[pool] as number) + perNode - 1) % perNode);
      usd += gpus * (usdPerGpu[pool] as number);
      if (gpus > free) usd += usdPerNewNode[pool] as number;
    }
    if (usd < best) {
      best = usd;
      chosen = row;
    }
  }
  picks.evaluations += end - (firstRow[workload] as number);
  return chosen;
}

/** Sells a pool by the node (1), by the GPU (0), or in part so and in part so; at `factor` times the price. */
export function sell(picks: Picks, pool: number, hardness: number, factor: number): void {
  const price = factor * (picks.table.usdPerNode[pool] as number);
  picks.usdPerNewNode[pool] = hardness * price;
  picks.usdPerGpu[pool] = ((1 - hardness) * price) / (picks.table.gpusPerNode[pool] as number);
}

/**
 * All choose again, first as if GPUs were sold one by one, then more and more as if only whole nodes were. Until then some
 * pools' prices may be lies.
 */
function harden(picks: Picks, workloads: readonly number[], from: number, steps: number, lies: ReadonlyMap<number, number> = truth): void {
  for (let step = 0; step <= steps; step++) {
    const hardness = from + ((1 - from) * step) / steps;
    for (const pool of picks.table.shared) sell(picks, pool, hardness, step === steps ? 1 : (lies.get(pool) ?? 1));
    chooseAgain(picks, workloads);
  }
}

const truth: ReadonlyMap<number, number> = new Map();

export function chooseAgain(picks: Picks, workloads: Int32Array | readonly number[]): void {
  for (let index = 0; index < workloads.length; index++) {
    const workload = workloads[index] as number;
    leave(picks, workload);
    take(picks, workload, cheapestRow(picks, workload));
  }
}

function settle(picks: Picks, workloads: Int32Array | readonly number[], rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    for (let index = 0; index < workloads.length; index++) {
      const workload = workloads[index] as number;
      const before = picks.usdPerHour;
      const old = leave(picks, workload);
      const row = cheapestRow(picks, workload);
      take(picks, workload, row);
      if (picks.usdPerHour < before) moved = true;
      else if (row !== old) move(picks, workload, old);
    }
    if (!moved) return;
  }
}

export interface MenuSearchLimits {
  readonly evaluations: number;
  readonly targetUsdPerHour: number;
  /** After so many steps the search goes on from the best fleet so far. */
  readonly stepsFromBest: number;
  readonly seed: number;
}

const wideShare = 0.7;
const mostMovingWide = 300;
const mostWorse = 0.001;

/**
 * Lies about the price of one pool's GPUs for a moment: cheap, so that enough workloads move in to pay for a node, or dear, so
 * that those leave that can do so at least cost. Then the true price comes back, all that moved settle, and what is cheaper stays.
 */
export function searchMenus(picks: Picks, limits: MenuSearchLimits): void {
  const { table } = picks;
  if (table.shared.length === 0) return;
  const random = randomFrom(limits.seed);
  const end = picks.evaluations + limits.evaluations;
  let best = picks.usdPerHour;
  let bestRows = picks.rows.slice();
  let steps = 0;
  const before = new Int32Array(table.menus.length);
  while (picks.evaluations < end && best > limits.targetUsdPerHour) {
    const start = picks.usdPerHour;
    const moving = step(picks, before, random);
    if (picks.usdPerHour < best) {
      best = picks.usdPerHour;
      bestRows = picks.rows.slice();
    }
    // A little worse is allowed now and then, counted from the best, to leave a hollow.
    if (picks.usdPerHour > start && picks.usdPerHour > best * (1 + mostWorse * random.fraction())) {
      for (const workload of moving) move(picks, workload, before[workload] as number);
    }
    if (++steps % limits.stepsFromBest === 0) goBack(picks, bestRows);
  }
  goBack(picks, bestRows);
}

/** Moves some workloads and says which; leaves in `before` where they were. */
function step(picks: Picks, before: Int32Array, random: Random): readonly number[] {
  const { table } = picks;
  const pool = poolToTry(picks, random);
  const wide = random.fraction() < wideShare;
  const { pools: siblings } = at(table.instance.offers, at(table.instance.pools, pool).offer);
  const pools = wide && random.fraction() < 0.7 ? siblings : [pool];
  const moving = concerned(picks, pools, wide ? mostMovingWide : 4 + random.below(48), random);
  for (const workload of moving) before[workload] = picks.rows[workload] as number;
  if (wide) {
    const factor = random.fraction() < 0.5 ? 1.1 + 2 * random.fraction() : 0.5 + 0.48 * random.fraction();
    harden(picks, moving, 0.8 * random.fraction(), 2 + random.below(6), new Map(pools.map((lie) => [lie, factor])));
  } else {
    sell(picks, pool, 0, 0.3 + 2 * random.fraction() ** 1.5);
    chooseAgain(picks, moving);
    sell(picks, pool, 1, 1);
  }
  settle(picks, moving, 2);
  picks.evaluations++;
  return moving;
}

export function goBack(picks: Picks, rows: Int32Array): void {
  for (let workload = 0; workload < rows.length; workload++) {
    if (picks.rows[workload] !== rows[workload]) move(picks, workload, rows[workload] as number);
  }
}

/** Rather one with GPUs idle, the more they cost the likelier. */
function poolToTry({ table, loads }: Picks, random: Random): number {
  let chosen = at(table.shared, random.below(table.shared.length));
  if (random.fraction() < 0.3) return chosen;
  let most = -1;
  for (let draw = 0; draw < 4; draw++) {
    const pool = at(table.shared, random.below(table.shared.length));
    const perNode = table.gpusPerNode[pool] as number;
    const free = perNode - 1 - (((loads[pool] as number) + perNode - 1) % perNode);
    const idle = (free / perNode) * (table.usdPerNode[pool] as number);
    if (idle > most) {
      most = idle;
      chosen = pool;
    }
  }
  return chosen;
}

/** Those on the pools and the keenest of the others, in any order. */
function concerned({ table, rows }: Picks, pools: readonly number[], most: number, random: Random): number[] {
  const moving = new Set<number>();
  const keep = 0.3 + 0.7 * random.fraction();
  for (const pool of pools) {
    const suitors = at(table.suitors, pool);
    for (let index = 0; index < suitors.length && moving.size < most; index++) {
      const workload = suitors[index] as number;
      if (usesPool(table, rows[workload] as number, pool) ? random.fraction() < 0.9 : random.fraction() < keep) moving.add(workload);
    }
  }
  const list = [...moving];
  shuffle(list, random);
  return list;
}

function usesPool({ firstUse, usePool }: Table, row: number, pool: number): boolean {
  for (let use = firstUse[row] as number; use < (firstUse[row + 1] as number); use++) if (usePool[use] === pool) return true;
  return false;
}

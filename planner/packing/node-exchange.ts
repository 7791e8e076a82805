import { at } from "../element.ts";
import { chooseAgain, goBack, move, type Picks, sell } from "./menu-search.ts";
import { type Random, randomFrom } from "./random.ts";

export interface ExchangeLimits {
  /** No fleet is cheaper: sets of nodes that would be need not be tried. */
  readonly boundUsdPerHour: number;
  /** Rows tried for each set of nodes. */
  readonly tries: number;
  readonly seed: number;
}

/**
 * Where nearly every GPU must be full, the nodes are found before who is on them: take one node away, add up to two others
 * so that the sum is cheaper, and try to fit everybody in. Within the nodes that are given a GPU is free, beyond them it
 * costs its share of a node; random moves make that overflow small, less and less willing to let it grow.
 */
export function exchangeNodes(picks: Picks, limits: ExchangeLimits): void {
  const random = randomFrom(limits.seed);
  let improved = true;
  while (improved) {
    improved = false;
    for (const nodes of cheaperSets(picks, limits.boundUsdPerHour)) {
      if (fitInto(picks, nodes, limits.tries, random)) {
        improved = true;
        break;
      }
    }
  }
}

const nodesOf = ({ table, loads }: Picks): Int32Array => loads.map((load, pool) => Math.ceil(load / at(table.gpusPerNode, pool)));

/** Sets of nodes cheaper than the present ones: some gone, up to two others in their place. The dearest first: those are the likeliest to be enough. */
function cheaperSets(picks: Picks, bound: number): Int32Array[] {
  const { shared, usdPerNode } = picks.table;
  const now = nodesOf(picks);
  const most = picks.usdPerHour - bound;
  const found: { nodes: Int32Array; saved: number }[] = [];
  for (const gone of goneTogether(shared.filter((pool) => at(now, pool) > 0))) {
    const nodes = now.slice();
    for (const pool of gone) nodes[pool] = at(nodes, pool) - 1;
    if (gone.some((pool) => at(nodes, pool) < 0)) continue;
    const freed = gone.reduce((sum, pool) => sum + at(usdPerNode, pool), 0);
    const others = shared.filter((pool) => !gone.includes(pool));
    for (const added of upToTwo(others)) {
      const saved = added.reduce((left, pool) => left - at(usdPerNode, pool), freed);
      if (saved <= 0 || saved > most) continue;
      const other = nodes.slice();
      for (const pool of added) other[pool] = at(other, pool) + 1;
      found.push({ nodes: other, saved });
    }
  }
  return found.sort((a, b) => a.saved - b.saved).map(({ nodes }) => nodes);
}

/** Up to three nodes of one pool, or one of each of two. */
const goneTogether = (pools: readonly number[]): number[][] => [
  ...pools.flatMap((pool) => [[pool], [pool, pool], [pool, pool, pool]]),
  ...pools.flatMap((pool, index) => pools.slice(index + 1).map((other) => [pool, other])),
];

const upToTwo = (pools: readonly number[]): number[][] => [
  [],
  ...pools.map((pool) => [pool]),
  ...pools.flatMap((pool, index) => pools.slice(index).map((other) => [pool, other])),
];

/** Whether a cheaper fleet was found; the picks are that fleet then, and what they were otherwise. */
function fitInto(picks: Picks, nodes: Int32Array, tries: number, random: Random): boolean {
  const best = picks.usdPerHour;
  const before = picks.rows.slice();
  const cleared = clearPrices(picks, nodes, best);
  const cheaper = cleared === "cheaper" || (cleared === "open" && shake(picks, nodes, best, tries, random));
  for (const pool of picks.table.shared) sell(picks, pool, 1, 1);
  if (!cheaper) goBack(picks, before);
  return cheaper;
}

/**
 * Raises the price of a GPU where more are wanted than there are and lowers it where fewer are, until all fit, or until what
 * everybody pays beyond what the GPUs earn shows that these nodes serve no fleet cheaper than `best`. Leaves the picks at
 * the prices that proved most, and those prices in `usdPerGpu`.
 */
function clearPrices(picks: Picks, nodes: Int32Array, best: number): "cheaper" | "open" | "impossible" {
  const { shared, usdPerNode, gpusPerNode, menus, fixedUsd } = picks.table;
  const everybody = menus.map((_, workload) => workload);
  const paid = shared.reduce((sum, pool) => sum + at(nodes, pool) * at(usdPerNode, pool), 0);
  const scale = shared.reduce((sum, pool) => sum + at(nodes, pool), 0);
  for (const pool of shared) sell(picks, pool, 0, at(nodes, pool) === 0 ? 8 : 1);
  let proven = -Infinity;
  let prices = picks.usdPerGpu.slice();
  for (let round = 0; round < priceRounds; round++) {
    chooseAgain(picks, everybody);
    if (picks.usdPerHour < best) return "cheaper";
    let least = picks.rows.reduce((sum, row) => sum + at(fixedUsd, row), paid);
    for (const pool of shared) least += at(picks.usdPerGpu, pool) * (at(picks.loads, pool) - at(nodes, pool) * at(gpusPerNode, pool));
    if (least >= best) return "impossible";
    if (least > proven) {
      proven = least;
      prices = picks.usdPerGpu.slice();
    }
    for (const pool of shared) {
      if (at(nodes, pool) === 0) continue;
      const short = (at(picks.loads, pool) / at(gpusPerNode, pool) - at(nodes, pool)) / scale;
      picks.usdPerGpu[pool] = at(picks.usdPerGpu, pool) * Math.exp((2 * short) / (1 + round / 8));
    }
  }
  picks.usdPerGpu.set(prices);
  chooseAgain(picks, everybody);
  return "open";
}

const priceRounds = 80;

/** One workload to another place or two that change places, at random, less and less willing to let the overflow grow. */
function shake(picks: Picks, nodes: Int32Array, best: number, tries: number, random: Random): boolean {
  const { table } = picks;
  const dearest = Math.max(...table.shared.map((pool) => at(table.usdPerNode, pool)));
  let energy = withOverflow(picks, nodes);
  for (let left = tries; left > 0; left--) {
    const one = random.below(table.menus.length);
    const other = random.fraction() < 0.5 ? one : random.below(table.menus.length);
    const [oneRow, otherRow] = [picks.rows[one] as number, picks.rows[other] as number];
    if (one === other) move(picks, one, at(table.firstRow, one) + random.below(at(table.firstRow, one + 1) - at(table.firstRow, one)));
    else {
      move(picks, one, rowLike(picks, one, otherRow));
      move(picks, other, rowLike(picks, other, oneRow));
    }
    if (picks.usdPerHour < best) return true;
    const after = withOverflow(picks, nodes);
    if (after <= energy || random.fraction() < Math.exp(((energy - after) * heat * tries) / (dearest * left))) energy = after;
    else {
      move(picks, other, otherRow);
      move(picks, one, oneRow);
    }
  }
  return false;
}

const heat = 1000;

/** A row of the workload in the pool of another workload's row; its own where it has none. */
function rowLike(picks: Picks, workload: number, like: number): number {
  const { firstRow, firstUse, usePool } = picks.table;
  const pool = usePool[firstUse[like] as number];
  for (let row = firstRow[workload] as number; row < (firstRow[workload + 1] as number); row++) {
    if (usePool[firstUse[row] as number] === pool) return row;
  }
  return picks.rows[workload] as number;
}

/** The fixed part of the rows, and every GPU beyond the given nodes at its price of the moment. */
function withOverflow({ table, loads, usdPerHour, usdPerGpu }: Picks, nodes: Int32Array): number {
  let usd = usdPerHour;
  for (const pool of table.shared) {
    const load = loads[pool] as number;
    const perNode = table.gpusPerNode[pool] as number;
    usd -= Math.ceil(load / perNode) * (table.usdPerNode[pool] as number);
    usd += Math.max(0, load - (nodes[pool] as number) * perNode) * (usdPerGpu[pool] as number);
  }
  return usd;
}

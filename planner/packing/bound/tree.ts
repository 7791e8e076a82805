import { at } from "../../element.ts";
import type { Instance } from "../instance.ts";
import { split } from "./branch.ts";
import { type Ascent, anyNumber, ascend, type Region } from "./lagrangian.ts";
import { type Multipliers, slotPriceMultipliers } from "./multipliers.ts";
import { makePricer, type Pricer } from "./option-bins.ts";
import { priceOption } from "./pricing.ts";
import { type Relaxation, relaxationOf } from "./relaxation.ts";

/** What the tree asks of the search at every node: a fleet near the relaxed one. Answers with the best cost so far, Infinity while there is none. */
export type Primal = (ascent: Ascent, region: Region, relaxation: Relaxation) => number;

export interface TreeLimits {
  /** Prices of options that may be computed. */
  readonly evaluations: number;
  /** Of these, how many to spend on closing the gap altogether; after that, stop when (cost - bound) / cost is no more than `gap`. */
  readonly exactEvaluations: number;
  readonly gap: number;
  readonly rootSteps: number;
  readonly nodeSteps: number;
}

export interface TreeResult {
  /** No fleet is cheaper; Infinity when there is no fleet at all. */
  readonly bound: number;
  readonly nodes: number;
  readonly evaluations: number;
}

interface Node {
  readonly region: Region;
  readonly multipliers: Multipliers;
  readonly bound: number;
}

/**
 * Branch and bound over the nodes of each row. Every node of the tree raises its Lagrangian bound a little, drops what
 * cannot be in a cheaper fleet, lets the search build a fleet from what it has learned, and splits on the row whose
 * relaxed number of nodes is furthest from whole. The node with the least bound is always next, so that the bound of the
 * whole rises all the time.
 */
export function branchAndBound(
  instance: Instance,
  alive: readonly (readonly number[])[],
  cost: number,
  limits: TreeLimits,
  primal: Primal,
): TreeResult {
  const relaxation = relaxationOf(instance, alive);
  const pricer = makePricer(relaxation);
  const box = rootBox(relaxation);
  const open: Node[] = [{ region: { alive, box }, multipliers: slotPriceMultipliers(relaxation), bound: 0 }];
  let best = cost;
  let nodes = 0;
  // Regions that cannot be split any further keep their bound.
  let finished = Infinity;
  for (;;) {
    const node = takeLeast(open);
    if (node === undefined) break;
    const bound = Math.min(finished, node.bound);
    const gap = pricer.evaluations < limits.exactEvaluations ? 0 : limits.gap;
    if (!couldImprove(bound, best) || bound >= best * (1 - gap) || pricer.evaluations >= limits.evaluations) {
      open.push(node);
      break;
    }
    nodes++;
    const steps = nodes === 1 ? limits.rootSteps : limits.nodeSteps;
    const target = best < Infinity ? best : 2 * Math.max(1, node.bound);
    const ascent = ascend(pricer, node.region, node.multipliers, target, best, steps);
    const raised = Math.max(node.bound, ascent.best.bound);
    if (!couldImprove(raised, best)) continue;
    best = Math.min(best, primal(ascent, node.region, relaxation));
    if (!couldImprove(raised, best)) continue;
    const region = reduced(pricer, node.region, ascent, best);
    const parts = split(relaxation, region, ascent);
    if (parts.length === 0) finished = Math.min(finished, raised);
    for (const part of parts) open.push({ region: part, multipliers: ascent.multipliers, bound: raised });
  }
  const bound = open.reduce((least, node) => Math.min(least, node.bound), Math.min(finished, best));
  return { bound, nodes, evaluations: pricer.evaluations };
}

/** Costs are whole micro-dollars. */
const couldImprove = (bound: number, best: number): boolean => Math.ceil(bound) < best;

function takeLeast(open: Node[]): Node | undefined {
  let least = 0;
  for (let index = 1; index < open.length; index++) if (at(open, index).bound < at(open, least).bound) least = index;
  return open.splice(least, 1)[0];
}

function rootBox({ rows, instance }: Relaxation): Region["box"] {
  const most = Int32Array.from(rows, ({ limits, gpusPerNode }) =>
    Math.min(anyNumber, ...limits.map((limit) => Math.floor(at(instance.limits, limit).gpus / gpusPerNode))),
  );
  return { least: new Int32Array(rows.length), most };
}

/** Drops options and node counts whose price shows that no fleet with them is cheaper than `best`. */
function reduced(pricer: Pricer, region: Region, { best: evaluated, multipliers }: Ascent, best: number): Region {
  const slack = best - evaluated.bound;
  if (slack === Infinity) return region;
  const alive = region.alive.map((options, workload) => {
    const most = at(evaluated.picks, workload).price + slack;
    return options.filter((option) => priceOption(pricer, workload, option, { multipliers, box: region.box }, most, null) < most);
  });
  const most = region.box.most.map((count, row) => {
    const price = evaluated.nodePrices[row] as number;
    if (price <= 0) return count;
    return Math.min(count, (region.box.least[row] as number) + Math.floor(slack / price));
  });
  return { alive, box: { least: region.box.least, most } };
}

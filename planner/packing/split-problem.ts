import { at } from "../element.ts";
import type { NodePattern, PackingProblem, PackingResult, PackingWorkload, Placement } from "./problem.ts";
import { degradedDemand } from "./replica-need.ts";
import { mostCapacityLost, total } from "./survive/mixture.ts";

/** Replicas of one option of a workload that are fully loaded. */
export interface Part {
  readonly option: number;
  readonly replicas: number;
}

/** How a workload is split: some replicas of each of these options, and the rest of its demand on others. No parts: not at all. */
export interface Split {
  readonly parts: readonly Part[];
  /**
   * Capacity that is kept for a loss, for the parts together: they are then packed without the rule about losses, which the whole is held against afterwards
   * (`keepsLoss`). Null: each part keeps the rule by itself.
   */
  readonly reserve: number | null;
}

export const unsplit: Split = { parts: [], reserve: null };

/** A problem in which workloads are split into parts, each a workload of its own, and what each of them was. */
export interface SplitProblem {
  readonly problem: PackingProblem;
  /** For each workload of the split problem: whose part it is, and which of its options it has. */
  readonly origins: readonly Origin[];
}

interface Origin {
  readonly workload: number;
  readonly options: readonly number[];
}

/** Each part gets its replicas' capacity of the demand, and what is left goes to any option of the same cluster. */
export function splitProblem(problem: PackingProblem, splits: readonly Split[]): SplitProblem {
  const pieces = problem.workloads.flatMap((workload, index) => piecesOf(workload, index, at(splits, index)));
  return { problem: { ...problem, workloads: pieces.map(({ piece }) => piece) }, origins: pieces.map(({ origin }) => origin) };
}

/** What has to be there in all: the demand, or what serves the degraded part beside what is kept for the loss. */
export const demandOf = ({ demand, degradedShare }: PackingWorkload, reserve: number | null): number =>
  reserve === null ? demand : Math.max(demand, degradedDemand(demand, degradedShare) + reserve);

function piecesOf(workload: PackingWorkload, index: number, { parts, reserve }: Split): { piece: PackingWorkload; origin: Origin }[] {
  const every = workload.options.map((_, option) => option);
  const [first] = parts;
  if (first === undefined) return [{ piece: { ...workload, weighted: false }, origin: { workload: index, options: every } }];
  const piece = (id: string, demand: number, options: readonly number[]) => ({
    piece: {
      ...workload,
      ...(reserve === null ? {} : { survive: "none" as const }),
      weighted: false,
      id,
      demand,
      options: options.map((option) => at(workload.options, option)),
    },
    origin: { workload: index, options },
  });
  const demands = parts.map(({ option, replicas }) => replicas * at(workload.options, option).capacity);
  const left = demandOf(workload, reserve) - demands.reduce((sum, demand) => sum + demand, 0);
  const { cluster } = at(workload.options, first.option);
  // "/" is in no id of a workload.
  return [
    ...parts.map(({ option }, part) => piece(`${workload.id}/${part + 1}`, at(demands, part), [option])),
    piece(
      workload.id,
      left,
      every.filter((option) => at(workload.options, option).cluster === cluster),
    ),
  ];
}

/** The answer to a split problem in the terms of the one it came from. Parts that ended on the same option are one again. */
export function whole({ origins }: SplitProblem, result: PackingResult): PackingResult {
  if (!("packing" in result)) return result;
  const { placements, pools } = result.packing;
  const optionOf = (piece: number): number =>
    at(at(origins, piece).options, placements.find(({ workload }) => workload === piece)?.option ?? 0);
  return {
    packing: {
      ...result.packing,
      placements: addedUp(
        placements.map((placement) => ({
          ...placement,
          workload: at(origins, placement.workload).workload,
          option: optionOf(placement.workload),
        })),
        ({ workload, offer, zone, option }) => [workload, offer, zone ?? "", option],
      ).toSorted(inOrder),
      pools: pools.map((pool) => ({
        ...pool,
        patterns: pool.patterns.map(
          ({ nodes, replicas }): NodePattern => ({
            nodes,
            replicas: addedUp(
              replicas.map((one) => ({
                workload: at(origins, one.workload).workload,
                option: optionOf(one.workload),
                replicas: one.replicas,
              })),
              ({ workload, option }) => [workload, option],
            ),
          }),
        ),
      })),
    },
  };
}

const inOrder = (a: Placement, b: Placement): number =>
  a.workload - b.workload ||
  a.offer - b.offer ||
  ((a.zone ?? "") < (b.zone ?? "") ? -1 : (a.zone ?? "") > (b.zone ?? "") ? 1 : a.option - b.option);

/** The problem in which nodes that are bought together are one: what prices and sizes of whole purchases are read from. */
export const bundled = (problem: PackingProblem): PackingProblem => ({
  ...problem,
  offers: problem.offers.map((offer) => {
    const { nodesTogether: together = 1, gpusPerNode, usdPerNodeHour, ...rest } = offer;
    return { ...rest, gpusPerNode: gpusPerNode * together, usdPerNodeHour: usdPerNodeHour * together };
  }),
});

/** Whether the whole of a workload survives what it must. */
export function keepsLoss(problem: PackingProblem, result: PackingResult, index: number): boolean {
  if (!("packing" in result)) return false;
  const { options, survive, demand, degradedShare } = at(problem.workloads, index);
  const held = result.packing.placements
    .filter(({ workload }) => workload === index)
    .map(({ option, offer, zone, replicas }) => ({
      replicas,
      ...at(options, option),
      gpusPerNode: at(problem.offers, offer).gpusPerNode * (at(problem.offers, offer).nodesTogether ?? 1),
      pool: `${offer}/${zone}`,
      zone,
    }));
  const lost = mostCapacityLost(survive, held);
  return lost !== null && total(held) - lost >= degradedDemand(demand, degradedShare);
}

/** Replicas of those with the same key in one. */
function addedUp<T extends { readonly replicas: number }>(items: readonly T[], key: (item: T) => readonly unknown[]): T[] {
  const found = new Map<string, T>();
  for (const item of items) {
    const name = JSON.stringify(key(item));
    const known = found.get(name);
    found.set(name, known === undefined ? item : { ...known, replicas: known.replicas + item.replicas });
  }
  return [...found.values()];
}

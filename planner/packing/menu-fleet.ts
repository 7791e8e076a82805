import { at } from "../element.ts";
import type { Progress } from "../ports.ts";
import { emptyFleet, type Fleet, fleetOf } from "./fleet.ts";
import { settle } from "./local-search.ts";
import { menuOf } from "./menu.ts";
import { choicesOf, firstPicks, type Picks, searchMenus } from "./menu-search.ts";
import { tableOf } from "./menu-table.ts";
import { exchangeNodes } from "./node-exchange.ts";
import type { Placer } from "./placer.ts";

export interface MenuOptions {
  readonly progress?: Progress | undefined;
  /** Sizes are arbitrary and the nodes few, so that nearly every GPU must be full: looks for sets of nodes first. */
  readonly tight?: boolean;
}

/** A fleet that costs at most this much more than the bound needs no more searching. */
export const goodEnough = 1.0005;

/** The best fleet that menus hold, of an instance without limits. */
export function fleetByMenus(placer: Placer, bound: number, options: MenuOptions = {}): Fleet {
  return fleetOfPicks(placer, picksByMenus(placer, bound, options));
}

/** The same as rows of the menus: the best of several starts, searched on. */
export function picksByMenus(placer: Placer, bound: number, { progress, tight = false }: MenuOptions = {}): Picks {
  const { instance } = placer;
  const count = instance.workloads.length;
  const nobody = emptyFleet(instance);
  const thorough = count <= mostWorkloadsThorough;
  const slack = (30 * bound) / count ** 1.55;
  const menus = instance.workloads.map((_, workload) => {
    const own = at(at(placer.shortlists, workload).fullNodeUsdPerHour, 0);
    return menuOf(placer, nobody, workload, { slack: Math.max(slack, 0.02 * own), most: 200, thorough });
  });
  const target = bound * goodEnough;
  const table = tableOf(instance, menus);
  const evaluations = Math.min(mostEvaluations, evaluationsPerRow * table.fixedUsd.length);
  const limits = { evaluations, targetUsdPerHour: target, stepsFromBest: stepsFromBest(count) };
  const started = Array.from({ length: starts(count) }, (_, seed) => {
    const picks = firstPicks(table, seed);
    searchMenus(picks, { ...limits, seed });
    progress?.("packing: search", (seed + 1) / (2 * starts(count)));
    return picks;
  });
  const picks = started.reduce((best, own) => (own.usdPerHour < best.usdPerHour ? own : best));
  searchMenus(picks, { ...limits, evaluations: starts(count) * evaluations, seed: starts(count) });
  if (tight) exchangeNodes(picks, { boundUsdPerHour: bound, tries: exchangeTries, seed: 1 });
  return picks;
}

/** The picks as a fleet, settled with exact places. */
export function fleetOfPicks(placer: Placer, picks: Picks): Fleet {
  const fleet = fleetOf(placer.instance, choicesOf(picks));
  settle(
    placer,
    fleet,
    fleet.choices.map((_, workload) => workload),
  );
  return fleet;
}

/** In larger fleets the places of a menu are better spent on other options, and a search that stays close to the best gets further. */
const mostWorkloadsThorough = 120;
export const stepsFromBest = (workloads: number): number => (workloads <= mostWorkloadsThorough ? 1000 : 100);

/** Rows priced from each of the starts, and from the best of them as much again as from all. */
const starts = (workloads: number): number => (workloads <= smallFleet ? 3 : 8);
/** Of so few the tree finds the best fleet from almost any start. */
const smallFleet = 12;
const evaluationsPerRow = 300;
const mostEvaluations = 8_000_000;
const exchangeTries = 100_000;

import type { Catalog } from "../../catalog/catalog.ts";
import { kindOf } from "../../tests/accuracy/score.ts";
import type { Scored, WayOfLeavingOut } from "./scored.ts";

/** What a choice by prediction costs over the cheapest measured one. */
export interface Regret {
  readonly choices: number;
  readonly options: number;
  readonly medianPercent: number;
  readonly meanPercent: number;
  readonly p90Percent: number;
  /** Share of the choices where prediction and measurement agree on the cheapest. */
  readonly sameShare: number;
}

/**
 * Runs at full load of one model and format on the same lengths, on several GPUs or layouts: the dollars per token of the one that the
 * prediction takes for the cheapest, over those of the cheapest.
 */
export function decisionRegret(
  figures: readonly Scored[],
  catalog: Catalog,
  gpuIdOf: (figure: Scored) => string,
  way: WayOfLeavingOut,
): Regret {
  const prices = gpuHourPrices(catalog);
  const runs = figures.filter(
    (figure) => figure.metric === "maxOutput" && kindOf(figure.row) === "unlimited" && prices.has(gpuIdOf(figure)),
  );
  const groups = Map.groupBy(runs, ({ row, engine }) =>
    [row.model, row.precision, row.input_tokens, row.output_tokens, engine.split(" ")[0]].join(" "),
  );
  const regrets: number[] = [];
  let options = 0;
  for (const group of groups.values()) {
    const layouts = new Set(group.map((figure) => `${gpuIdOf(figure)} ${figure.row.gpu_count}`));
    if (layouts.size < 2) continue;
    options += group.length;
    const costs = group.map((figure) => {
      const measured = ((prices.get(gpuIdOf(figure)) ?? 0) * figure.row.gpu_count) / figure.measured;
      return { measured, predicted: measured / Math.exp(figure.errors[way][0]) };
    });
    const best = Math.min(...costs.map(({ measured }) => measured));
    const taken = costs.reduce((cheapest, cost) => (cost.predicted < cheapest.predicted ? cost : cheapest));
    regrets.push(taken.measured / best - 1);
  }
  regrets.sort((a, b) => a - b);
  const at = (share: number): number => 100 * (regrets[Math.min(regrets.length - 1, Math.floor(share * regrets.length))] ?? Number.NaN);
  return {
    choices: regrets.length,
    options,
    medianPercent: at(0.5),
    meanPercent: (100 * regrets.reduce((sum, regret) => sum + regret, 0)) / regrets.length,
    p90Percent: at(0.9),
    sameShare: regrets.filter((regret) => regret < 1e-9).length / regrets.length,
  };
}

/** Dollars per hour of one GPU: the cheapest on-demand node with it, by GPU. */
function gpuHourPrices(catalog: Catalog): ReadonlyMap<string, number> {
  const instances = new Map(catalog.instanceTypes.map((instance) => [instance.id, instance]));
  const cheapest = new Map<string, number>();
  for (const price of catalog.prices) {
    const instance = instances.get(price.instance);
    if (instance === undefined || instance.gpu === null || instance.gpuCount === 0 || price.onDemand === null) continue;
    const each = price.onDemand.usdPerHour / instance.gpuCount;
    cheapest.set(instance.gpu, Math.min(each, cheapest.get(instance.gpu) ?? Number.POSITIVE_INFINITY));
  }
  return cheapest;
}

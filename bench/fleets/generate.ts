import type { PackingOffer, PackingOption, PackingProblem, PackingWorkload } from "../../planner/packing/problem.ts";
import { type Random, randomFrom } from "../../planner/packing/random.ts";
import { toMicro, toMicroDown, toMicroUp } from "../../planner/units.ts";

/** bench/fleets/market.json: node shapes and prices of a day, GPUs and model sizes. */
export interface MarketSnapshot {
  readonly gpus: Readonly<Record<string, { readonly memoryGiB: number; readonly bandwidthTBps: number }>>;
  readonly models: readonly { readonly name: string; readonly weightsB: number; readonly activeB: number }[];
  readonly instances: readonly Shape[];
}

interface Shape {
  readonly instance: string;
  readonly cloud: string;
  readonly region: string;
  readonly gpu: string;
  readonly gpus: number;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly onDemandUsdPerHour: number | null;
  readonly spotUsdPerHour: number | null;
}

export interface FleetSize {
  readonly workloads: number;
  readonly regions: readonly string[];
}

const bytesPerParameter = { bf16: 2, fp8: 1.02, int4: 0.56 } as const;

/** A fleet like a team's: the same seed and size always give the same one. */
export function generateFleet(market: MarketSnapshot, seed: number, size: FleetSize): PackingProblem {
  const random = randomFrom(seed);
  const shapes = market.instances.filter(({ region }) => size.regions.includes(region));
  const sold = shapes.flatMap((shape) => offersOf(shape).map((offer) => ({ shape, offer })));
  const offers = sold.map(({ offer }) => offer);
  const workloads = Array.from({ length: size.workloads }, (_, index) =>
    workloadOf(market, `w${String(index).padStart(4, "0")}`, sold, random),
  );
  return { offers, workloads, quotas: [] };
}

function offersOf(shape: Shape): PackingOffer[] {
  const cluster = `${shape.cloud}-${shape.region}`;
  const prices = [
    ["on-demand", shape.onDemandUsdPerHour],
    ["spot", shape.spotUsdPerHour],
  ] as const;
  return prices.flatMap(([market, usdPerHour]) =>
    usdPerHour === null
      ? []
      : [
          {
            id: `${cluster}/${shape.instance}/${market}`,
            cluster,
            gpu: shape.gpu,
            market,
            zones: ["a", "b", "c"].map((letter) => `${shape.region}-${letter}`),
            gpusPerNode: shape.gpus,
            usdPerNodeHour: toMicro(usdPerHour),
            maxNodes: null,
          },
        ],
  );
}

type Sold = readonly { readonly shape: Shape; readonly offer: PackingOffer }[];

function workloadOf(market: MarketSnapshot, id: string, sold: Sold, random: Random): PackingWorkload {
  const model = pick(market.models, random);
  const survive = pick(["none", "replica", "node", "zone"] as const, random);
  const spotMaxShare = pick([0, 0.3, 0.5, 0.7, 1], random);
  const degradedShare = pick([1, 1, 0.7], random);
  const tokensPerRequest = 150 + random.below(600);
  const options = optionsOf(market, model, tokensPerRequest, sold, random);
  // Between a part of a replica and about ten of a middling option.
  const middling = options[Math.floor(options.length / 2)]?.capacity ?? 1;
  const demand = toMicroUp((middling / 1e6) * 0.3 * 30 ** random.fraction());
  return { id, demand, survive, degradedShare, spotMaxShare, options };
}

function optionsOf(
  market: MarketSnapshot,
  model: MarketSnapshot["models"][number],
  tokens: number,
  sold: Sold,
  random: Random,
): PackingOption[] {
  const precisions = pick([["bf16"], ["bf16", "fp8"], ["fp8"], ["fp8", "int4"]] as const, random);
  const clusters = [...new Set(sold.map(({ offer }) => offer.cluster))];
  const options: PackingOption[] = [];
  for (const precision of precisions) {
    const weightGiB = model.weightsB * bytesPerParameter[precision] * 0.93;
    for (const [gpu, { memoryGiB, bandwidthTBps }] of Object.entries(market.gpus)) {
      for (const gpus of [1, 2, 4, 8]) {
        const spareShare = 1 - weightGiB / (gpus * memoryGiB * 0.9);
        if (spareShare < 0.08 || weightGiB < gpus * memoryGiB * 0.01) continue;
        // Decode is bound by memory bandwidth; a fuller KV cache lets more requests share a step; parallelism loses a tenth.
        const tokensPerSecond =
          (bandwidthTBps * gpus * 0.9 ** Math.log2(gpus) * 12_000 * Math.sqrt(spareShare)) /
          (model.activeB * bytesPerParameter[precision] + 3);
        const capacity = toMicroDown(tokensPerSecond / tokens);
        for (const cluster of clusters) {
          const offers = sold.flatMap(({ shape, offer }, index) =>
            offer.cluster === cluster && offer.gpu === gpu && hosts(shape, gpus, weightGiB) ? [index] : [],
          );
          if (offers.length > 0)
            options.push({ id: `${cluster}/${gpu}/${precision}/tp${gpus}`, cluster, gpu, gpusPerReplica: gpus, capacity, offers });
        }
      }
    }
  }
  return options;
}

/** 3 vCPU a GPU, and memory for the weights on their way through, within the node's proportional share. */
function hosts(shape: Shape, gpus: number, weightGiB: number): boolean {
  if (shape.gpus < gpus) return false;
  const share = gpus / shape.gpus;
  return shape.vcpus * share >= 3 * gpus && shape.memoryGiB * share * 0.9 >= Math.min(weightGiB, 40 * gpus) * 0.5 + 8;
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)] as T;
}

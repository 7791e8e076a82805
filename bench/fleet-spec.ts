import { stringify } from "yaml";

/** What real fleets serve, small to large, with the precision that is usual for it. */
const models: readonly (readonly [model: string, precision: string, largestQps: number])[] = [
  ["Qwen/Qwen3-4B", "bf16", 40],
  ["meta-llama/Llama-3.1-8B-Instruct", "fp8", 40],
  ["google/gemma-3-12b-it", "bf16", 20],
  ["microsoft/phi-4", "bf16", 15],
  ["mistralai/Mistral-Small-24B-Instruct-2501", "fp8", 15],
  ["Qwen/Qwen3-30B-A3B", "fp8", 25],
  ["Qwen/Qwen2.5-Coder-32B-Instruct", "fp8", 10],
  ["meta-llama/Llama-3.3-70B-Instruct", "fp8", 10],
  ["Qwen/Qwen2.5-72B-Instruct", "fp8", 8],
  ["openai/gpt-oss-120b", "mxfp4", 15],
];

export interface FleetLimits {
  /** Regions of AWS beside GCP's one: us-east-1, and us-west-2 where it is two. */
  readonly awsRegions?: 1 | 2;
  readonly quotas?: readonly object[];
}

/** A fleet spec of `count` workloads over AWS and GCP, on-demand and spot, in all zones of a region. The seed decides everything. */
export function generatedFleetSpec(count: number, seed: number, { awsRegions = 1, quotas = [] }: FleetLimits = {}): string {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly [T, ...T[]] | readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  const workloads = Array.from({ length: count }, (_, index) => {
    const [model, precision, largestQps] = pick(models);
    return {
      name: `workload-${index + 1}`,
      model,
      precision,
      qps: Math.max(0.1, Math.round(largestQps * random() ** 2 * 100) / 100),
      averageContext: pick([800, 1500, 2300, 4000]),
      availability: { survive: pick(["none", "none", "replica", "node", "zone"]), degradedShare: 0.8 },
      spot: { maxShare: pick([0, 0, 0.3, 0.5, 1]) },
      ...(model.startsWith("meta-llama") || model.startsWith("google") ? { weights: { tokenSecret: "hf-token" } } : {}),
    };
  });
  return stringify({
    fleet: `generated-${count}`,
    clouds: { aws: { regions: ["us-east-1", "us-west-2"].slice(0, awsRegions) }, gcp: { regions: ["us-central1"] } },
    markets: ["on-demand", "spot"],
    ...(quotas.length > 0 ? { quotas } : {}),
    workloads,
  });
}

/** Mulberry32: small, fast, the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

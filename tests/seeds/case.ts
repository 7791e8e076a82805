import { readFileSync } from "node:fs";
import type { Precision } from "../../planner/layouts/precision.ts";
import { gpuNamed, modelNamed, sequencesHeld } from "./program.ts";

/** A worked example of the VRAM guide: what it takes for granted, what it adds up, and which GPUs it concludes from that. */
export interface GuideCase {
  readonly number: number;
  readonly title: string;
  readonly model: string;
  readonly precision: Precision;
  readonly requests: number;
  /** Of each request, input and output. */
  readonly tokens: number;
  readonly assumed: {
    readonly parameters: number;
    readonly bytesPerParameter: number;
    readonly layers: number;
    /** K elements of one token in one layer. */
    readonly cacheWidth: number;
    readonly cacheBytesPerElement: number;
  };
  /** Every cache the guide counts: its figure, and the product it prints beside it. */
  readonly caches: readonly { readonly of: string; readonly statedGB: number; readonly bytes: number }[];
  readonly stated: { readonly weightsGB: number; readonly activationsGB: number; readonly overheadGB: number; readonly totalGB: number };
  readonly conclusions: readonly {
    readonly gpu: string;
    readonly gpus: number;
    readonly gpuMemoryUtilization?: number;
    readonly serves: boolean;
  }[];
  /** Worked out by hand from the models' published configurations, 2026-11-20; the program must get there by itself. */
  readonly truth: { readonly parameters: number; readonly weightBytes: number; readonly cacheBytes: number };
  readonly verdict: CaseVerdict;
  readonly why: readonly string[];
}

export interface CaseVerdict {
  readonly arithmetic: "correct" | "correct-but-GiB-labelled-GB" | "wrong";
  readonly architecture: "correct" | "wrong";
  readonly conclusion: "holds" | "borderline" | "fails";
}

export const guideCases: readonly GuideCase[] = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));

const gigabyte = 1e9;
const gibibyte = 2 ** 30;

/** True when the value, rounded to as many digits as the figure has, is the figure; exact halves may go either way. */
export function rounds(figure: number, value: number): boolean {
  const decimals = String(figure).split(".")[1]?.length ?? 0;
  return Math.abs(figure - value) <= 0.5 * 10 ** -decimals * (1 + 1e-3);
}

export const statedCacheGB = ({ caches }: GuideCase): number => caches.reduce((sum, { statedGB }) => sum + statedGB, 0);
export const cacheProductBytes = ({ caches }: GuideCase): number => caches.reduce((sum, { bytes }) => sum + bytes, 0);

/** The guide's own sum with its own inputs: weights, caches and activations, and 15 % on top. */
export const ownSumBytes = (one: GuideCase): number =>
  1.15 * (one.assumed.parameters * one.assumed.bytesPerParameter + cacheProductBytes(one) + one.stated.activationsGB * gigabyte);

/** Do the figures follow from what is printed beside them? */
export function arithmeticOf(one: GuideCase): CaseVerdict["arithmetic"] {
  const { weightsGB, activationsGB, overheadGB, totalGB } = one.stated;
  const parts = weightsGB + statedCacheGB(one) + activationsGB;
  const sums = [
    rounds(weightsGB, (one.assumed.parameters * one.assumed.bytesPerParameter) / gigabyte),
    rounds(overheadGB, 0.15 * parts),
    rounds(totalGB, parts + overheadGB),
  ];
  const inGB = one.caches.every(({ statedGB, bytes }) => rounds(statedGB, bytes / gigabyte));
  const inGiB = one.caches.every(({ statedGB, bytes }) => rounds(statedGB, bytes / gibibyte));
  if (!sums.every(Boolean) || !(inGB || inGiB)) return "wrong";
  return inGB ? "correct" : "correct-but-GiB-labelled-GB";
}

/** Is the model described as it is? Parameters may be rounded by 5 %. */
export function architectureOf(one: GuideCase): CaseVerdict["architecture"] {
  const model = modelNamed(one.model);
  const { parameters, layers, cacheWidth } = one.assumed;
  const cached = model.architecture !== "encoder" && layers === model.numLayers && cacheWidth === model.numKvHeads * model.headDim;
  return cached && Math.abs(parameters / model.parameters - 1) <= 0.05 ? "correct" : "wrong";
}

/** Sequences of the case's length that the program finds room for, GPU by GPU as the guide concludes. */
export const heldBy = (one: GuideCase): number[] =>
  one.conclusions.map(({ gpu, gpus, gpuMemoryUtilization }) =>
    sequencesHeld(one.model, gpu, one.tokens, {
      tensorParallel: gpus,
      precision: one.precision,
      maxNumSeqs: one.requests,
      ...(gpuMemoryUtilization === undefined ? {} : { gpuMemoryUtilization }),
    }),
  );

/** Does the program come to the same GPUs? On the edge where the room is within 5 % of what is needed, on either side. */
export function conclusionOf(one: GuideCase): CaseVerdict["conclusion"] {
  const held = heldBy(one);
  const cached = modelNamed(one.model).architecture !== "encoder" && one.requests > 1;
  if (cached && held.some((room) => Math.abs(room / one.requests - 1) < 0.05)) return "borderline";
  return one.conclusions.every(({ serves }, index) => serves === (held[index] ?? 0) >= one.requests) ? "holds" : "fails";
}

export const gpuText = ({ gpu, gpus, gpuMemoryUtilization }: GuideCase["conclusions"][number]): string =>
  `${gpus > 1 ? `${gpus} x ` : ""}${gpuNamed(gpu).name}${gpuMemoryUtilization === undefined ? "" : ` at ${gpuMemoryUtilization}`}`;

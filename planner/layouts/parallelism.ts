import type { WeightFormat } from "../../catalog/schema/engine.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import type { Layout } from "./layout.ts";

interface Sharded {
  readonly code: string;
  readonly what: string;
  readonly size: number;
}

/** Why the model cannot be divided in this way; empty when it can. */
export function parallelismFindings(model: Model, layout: Layout, format: WeightFormat | undefined): Finding[] {
  return [
    ...tensorFindings(model, layout, format),
    ...expertFindings(model, layout),
    ...dataFindings(model, layout),
    ...pipelineFindings(model, layout),
  ];
}

/** What tensor parallelism breaks first; null when this size divides everything. */
function brokenBy(model: Model, layout: Layout, format: WeightFormat | undefined): Sharded | null {
  const t = layout.tensorParallel;
  return (
    indivisible(model, layout).find((sharded) => sharded.size % t !== 0) ??
    replicable(model).find((sharded) => sharded.size % t !== 0 && t % sharded.size !== 0) ??
    brokenTile(model, layout, format)
  );
}

function tensorFindings(model: Model, layout: Layout, format: WeightFormat | undefined): Finding[] {
  const broken = brokenBy(model, layout, format);
  if (broken === null) return [];
  const legalWith = (change: Partial<Layout>): boolean => brokenBy(model, { ...layout, ...change }, format) === null;
  return [
    {
      code: broken.code,
      path: "tensorParallel",
      message: `${model.id}: ${broken.what} (${broken.size}) cannot be divided over ${layout.tensorParallel} GPUs`,
      value: layout.tensorParallel,
      limit: broken.size,
      suggestion: nearestLegal(model, layout, legalWith),
    },
  ];
}

/** Widths of which every GPU needs an equal part. */
function indivisible(model: Model, layout: Layout): Sharded[] {
  const sizes: Sharded[] = [
    { code: "attention-heads-not-divisible", what: "attention heads", size: model.numAttentionHeads },
    { code: "vocabulary-not-divisible", what: "the vocabulary, padded to 64", size: Math.ceil(model.vocabSize / 64) * 64 },
  ];
  const width = denseWidth(model);
  if (width !== null) sizes.push({ code: "intermediate-size-not-divisible", what: "the feed-forward width", size: width });
  if (model.moe !== null && layout.expertParallel === 1) {
    sizes.push({ code: "expert-size-not-divisible", what: "the width of one expert", size: model.moe.expertIntermediateSize });
  }
  if (model.linearAttention !== null) {
    sizes.push({ code: "linear-heads-not-divisible", what: "heads of linear attention", size: model.linearAttention.numValueHeads });
    const keyHeads = model.linearAttention.numKeyHeads;
    if (keyHeads !== undefined) sizes.push({ code: "linear-heads-not-divisible", what: "key heads of linear attention", size: keyHeads });
  }
  return sizes;
}

/** KV heads: divided, or copied once there are more GPUs than heads. The latent of MLA is on every GPU anyway. */
function replicable(model: Model): Sharded[] {
  if (model.mla !== null || model.compressedAttention !== null) return [];
  const heads = [model.numKvHeads, model.slidingWindow?.globalNumKvHeads, model.slidingWindow?.localNumKvHeads];
  return heads.filter((count) => count !== undefined).map((size) => ({ code: "kv-heads-not-divisible", what: "KV heads", size }));
}

/** Quantised kernels work on whole groups or blocks, so the part of each GPU must be a multiple of them. */
function brokenTile(model: Model, layout: Layout, format: WeightFormat | undefined): Sharded | null {
  if (format === undefined || layout.tensorParallel === 1) return null;
  const tiles = tilesOf(model, format);
  const widths = [
    { what: "the feed-forward width", size: denseWidth(model), tile: tiles.tile },
    {
      what: "the width of one expert",
      size: layout.expertParallel === 1 ? (model.moe?.expertIntermediateSize ?? null) : null,
      tile: tiles.expertTile,
    },
  ];
  for (const { what, size, tile } of widths) {
    if (size !== null && tile !== null && (size / layout.tensorParallel) % tile !== 0) {
      return { code: "quantisation-tile-not-divisible", what: `${what} in whole ${format.precision} blocks of ${tile}`, size };
    }
  }
  return null;
}

function tilesOf(model: Model, format: WeightFormat): Pick<WeightFormat, "tile" | "expertTile"> {
  if (model.quantization?.precision === format.precision) return model.quantization;
  return format.published.find((layout) => layout.nativePrecision === model.nativePrecision) ?? format;
}

function denseWidth(model: Model): number | null {
  const dense = model.moe === null || model.moe.denseLayers > 0 || model.weightLayout.denseMlpInMoeLayers === true;
  return dense ? model.intermediateSize : null;
}

function expertFindings(model: Model, layout: Layout): Finding[] {
  const expertParallel = layout.expertParallel;
  if (expertParallel === 1) return [];
  if (model.moe === null) {
    return [
      {
        code: "no-experts",
        path: "expertParallel",
        message: `${model.id} has no experts`,
        value: expertParallel,
        limit: 1,
        suggestion: "use expert-parallel 1",
      },
    ];
  }
  const group = layout.tensorParallel * layout.dataParallel;
  const findings: Finding[] = [];
  if (expertParallel !== group) {
    findings.push({
      code: "expert-parallel-size",
      path: "expertParallel",
      message: "expert parallelism always spans tensor x data parallel",
      value: expertParallel,
      limit: group,
      suggestion: `use expert-parallel 1 or ${group}`,
    });
  }
  if (model.moe.numExperts % expertParallel !== 0) {
    findings.push({
      code: "experts-not-divisible",
      path: "expertParallel",
      message: `${model.id}: ${model.moe.numExperts} experts cannot be divided over ${expertParallel} GPUs`,
      value: expertParallel,
      limit: model.moe.numExperts,
      suggestion: "use expert-parallel 1",
    });
  }
  return findings;
}

function dataFindings(model: Model, layout: Layout): Finding[] {
  if (layout.dataParallel === 1 || model.moe !== null) return [];
  return [
    {
      code: "data-parallel-needs-experts",
      path: "dataParallel",
      message: `${model.id} has no experts to share between data-parallel ranks`,
      value: layout.dataParallel,
      limit: 1,
      suggestion: "use data-parallel 1 and more replicas",
    },
  ];
}

function pipelineFindings(model: Model, layout: Layout): Finding[] {
  if (layout.pipelineParallel <= model.numLayers) return [];
  return [
    {
      code: "more-stages-than-layers",
      path: "pipelineParallel",
      message: `${model.id} has ${model.numLayers} layers`,
      value: layout.pipelineParallel,
      limit: model.numLayers,
      suggestion: `use pipeline-parallel ${model.numLayers} or less`,
    },
  ];
}

const largestSize = 16;

/** The legal size nearest to the one asked for, the smaller of two equally near; whole experts where they mend it. */
function nearestLegal(model: Model, layout: Layout, legalWith: (change: Partial<Layout>) => boolean): string {
  const asked = layout.tensorParallel;
  const expertParallel = asked * layout.dataParallel;
  const experts = model.moe !== null && model.moe.numExperts % expertParallel === 0 && legalWith({ expertParallel });
  const sizes = Array.from({ length: largestSize }, (_, index) => index + 1).filter((tensorParallel) => legalWith({ tensorParallel }));
  const nearest = sizes.reduce((best, size) => (Math.abs(size - asked) < Math.abs(best - asked) ? size : best), 1);
  return `use tensor-parallel ${nearest}${experts ? ` or expert-parallel ${expertParallel}` : ""}`;
}

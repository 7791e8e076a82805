import type { WeightFormat } from "../../../catalog/schema/engine.ts";
import type { Model } from "../../../catalog/schema/model.ts";
import type { Layout } from "../../layouts/layout.ts";
import { modelTensors } from "./inventory.ts";
import { storageOf, tensorBytes } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Bytes of a set of tensors, by how parallelism divides them. */
interface ShardedBytes {
  readonly split: number;
  readonly vocabulary: number;
  readonly expert: number;
  readonly replicated: number;
  readonly kv: readonly { readonly heads: number; readonly bytes: number }[];
}

interface StoredModel {
  readonly first: ShardedBytes;
  readonly layers: ShardedBytes;
  readonly last: ShardedBytes;
  readonly tiedHead: ShardedBytes;
}

type Parallelism = Pick<Layout, "tensorParallel" | "pipelineParallel" | "dataParallel" | "expertParallel">;

const known = new WeakMap<Model, WeakMap<WeightFormat, StoredModel>>();

/** Bytes of one whole copy of the weights in this format, without the padding and copies that parallelism adds. */
export function weightBytes(model: Model, format: WeightFormat): number {
  const stored = storedModel(model, format);
  return total(stored.first) + total(stored.layers) + total(stored.last);
}

/** Weight bytes on each GPU of one pipeline stage, with replication, vocabulary and expert padding, and the rotary table. */
export function weightBytesPerGpu(model: Model, format: WeightFormat, layout: Parallelism, stage: number): number {
  const stored = storedModel(model, format);
  const isFirst = stage === 0;
  const isLast = stage === layout.pipelineParallel - 1;
  const share = stageLayers(model.numLayers, layout.pipelineParallel, stage) / model.numLayers;
  return (
    share * perGpu(stored.layers, model, format, layout) +
    (isFirst ? perGpu(stored.first, model, format, layout) : 0) +
    (isLast ? perGpu(stored.last, model, format, layout) : 0) +
    (isLast && !isFirst ? perGpu(stored.tiedHead, model, format, layout) : 0) +
    rotaryTableBytes(model, format)
  );
}

/** vLLM gives the layers that are left over to the stages before the last one. */
export function stageLayers(numLayers: number, pipelineParallel: number, stage: number): number {
  const base = Math.floor(numLayers / pipelineParallel);
  const remainder = numLayers % pipelineParallel;
  const takesOneMore = stage < pipelineParallel - 1 && stage >= pipelineParallel - 1 - remainder;
  return base + (takesOneMore ? 1 : 0);
}

/**
 * Cosines and sines for every position the model's configuration allows, in the activations' type (vLLM rotary_embedding). Small for most
 * models, 2.5 GiB for a context of ten million tokens. Linear scaling multiplies the positions: the catalog then says `rotaryPositions`.
 */
function rotaryTableBytes(model: Model, format: WeightFormat): number {
  const positions = model.weightLayout.rotaryPositions;
  return rotaryDim(model) * (typeof positions === "number" ? positions : model.maxContext) * format.activationBytes;
}

function rotaryDim(model: Model): number {
  const stated = model.weightLayout.rotaryDim;
  if (typeof stated === "number") return stated;
  if (model.mla !== null) return model.mla.qkRopeHeadDim;
  if (model.weightLayout.kind !== "decoder" && model.weightLayout.kind !== "falcon") return 0;
  // Gated delta net models turn a quarter of each head (partial_rotary_factor 0.25 in their configurations).
  return model.linearAttention === null ? model.headDim : model.headDim / 4;
}

function storedModel(model: Model, format: WeightFormat): StoredModel {
  let formats = known.get(model);
  if (formats === undefined) {
    formats = new WeakMap();
    known.set(model, formats);
  }
  const found = formats.get(format);
  if (found !== undefined) return found;
  const tensors = modelTensors(model);
  const stored: StoredModel = {
    first: sharded(model, format, tensors.first),
    layers: sharded(
      model,
      format,
      tensors.groups.flatMap((group) => group.tensors.map((tensor) => ({ ...tensor, count: tensor.count * group.layers }))),
    ),
    last: sharded(model, format, tensors.last),
    tiedHead: sharded(model, format, tensors.tiedHead === null ? [] : [tensors.tiedHead]),
  };
  formats.set(format, stored);
  return stored;
}

function sharded(model: Model, format: WeightFormat, tensors: readonly Tensor[]): ShardedBytes {
  const storage = storageOf(model, format);
  const sum = (matching: (tensor: Tensor) => boolean): number =>
    tensors.filter(matching).reduce((bytes, tensor) => bytes + tensorBytes(tensor, storage(tensor)), 0);
  const heads = [...new Set(tensors.flatMap((tensor) => (tensor.sharding === "kv" ? [tensor.kvHeads ?? model.numKvHeads] : [])))];
  return {
    split: sum((tensor) => tensor.sharding === "split"),
    vocabulary: sum((tensor) => tensor.sharding === "vocabulary"),
    expert: sum((tensor) => tensor.sharding === "expert"),
    replicated: sum((tensor) => tensor.sharding === "replicated"),
    kv: heads.map((count) => ({
      heads: count,
      bytes: sum((tensor) => tensor.sharding === "kv" && (tensor.kvHeads ?? model.numKvHeads) === count),
    })),
  };
}

const total = (bytes: ShardedBytes): number =>
  bytes.split + bytes.vocabulary + bytes.expert + bytes.replicated + bytes.kv.reduce((sum, entry) => sum + entry.bytes, 0);

function perGpu(bytes: ShardedBytes, model: Model, format: WeightFormat, layout: Parallelism): number {
  const t = layout.tensorParallel;
  const kv = bytes.kv.reduce((sum, entry) => sum + entry.bytes * (Math.max(1, entry.heads / t) / entry.heads), 0);
  return (
    bytes.replicated +
    bytes.split / t +
    kv +
    bytes.vocabulary * (roundUp(model.vocabSize, 64) / model.vocabSize / t) +
    bytes.expert * expertShare(model, format, layout)
  );
}

/** Share of the routed experts on one GPU; above 1/n where the kernels pad the matrices. */
function expertShare(model: Model, format: WeightFormat, layout: Parallelism): number {
  if (model.moe === null) return 1;
  if (layout.expertParallel > 1) return (1 / layout.expertParallel) * paddingFactor(model.moe, model, format, 1);
  const divisor = layout.tensorParallel * layout.dataParallel;
  return (1 / divisor) * paddingFactor(model.moe, model, format, divisor);
}

function paddingFactor(moe: NonNullable<Model["moe"]>, model: Model, format: WeightFormat, divisor: number): number {
  const padding = format.expertPadding;
  if (padding === null) return 1;
  const width = moe.expertIntermediateSize / divisor;
  return (roundUp(width, padding.intermediate) / width) * (roundUp(model.hiddenSize, padding.hidden) / model.hiddenSize);
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

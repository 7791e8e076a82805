import type { Model } from "../../catalog/schema/model.ts";
import type { Adapters } from "../layouts/adapters.ts";
import { modelTensors } from "./weights/inventory.ts";
import type { Tensor } from "./weights/tensor.ts";

/** A projection that adapters sit beside (every linear layer but routers and heads), as one GPU has it. */
export interface AdaptedProjection {
  readonly kind: "dense" | "expert";
  /** Layers that have it, times equal ones in a layer. */
  readonly count: number;
  /** Widths of its part on the GPU. */
  readonly inputs: number;
  readonly outputs: number;
  /** Matrices A beside it: two where gate and up are one projection. */
  readonly pairs: number;
}

const elementBytes = 2;

/**
 * What follows the model's own sharding is divided: the outputs of projections that split their output, the inputs of those that split their
 * input (vllm/lora/layers, without fully sharded adapters). Latent down-projections are whole on every GPU.
 */
export function adaptedProjections(model: Model, tensorParallel: number): AdaptedProjection[] {
  const gated = model.weightLayout.mlpGated !== false;
  return modelTensors(model).groups.flatMap(({ layers, tensors }) =>
    tensors.filter(isAdapted).map(({ role, sharding, rows, columns, count, part }) => {
      const splitsInput = part === "output" || part === "down";
      const divisor = sharding === "replicated" ? 1 : tensorParallel;
      return {
        kind: role === "expert" ? ("expert" as const) : ("dense" as const),
        count: layers * count,
        inputs: splitsInput ? columns / divisor : columns,
        outputs: splitsInput ? rows : rows / divisor,
        pairs: role !== "attention" && !splitsInput && gated ? 2 : 1,
      };
    }),
  );
}

const isAdapted = ({ role }: Tensor): boolean => role === "attention" || role === "mlp" || role === "expert";

/** Elements of A [rank, inputs] and B [outputs, rank] for each unit of rank. */
export const elementsPerRank = (projections: readonly AdaptedProjection[]): number =>
  projections.reduce((sum, { count, inputs, outputs, pairs }) => sum + count * (pairs * inputs + outputs), 0);

/** Bytes on one GPU of the buffers for one adapter of `rank`, in the activations' 16 bits; of the whole adapter with `tensorParallel` 1. */
export const adapterBytes = (model: Model, rank: number, tensorParallel = 1): number =>
  elementsPerRank(adaptedProjections(model, tensorParallel)) * rank * elementBytes;

/** Bytes of all adapters that are served: what a replica downloads, and what every GPU's process keeps in the host's memory. */
export const servedAdapterBytes = (model: Model, adapters: Pick<Adapters, "served" | "rank"> | undefined): number =>
  adapters === undefined ? 0 : adapters.served * adapterBytes(model, adapters.rank);

/** Pairs of kernels (x A, then B) in one pass: one for the projections of a layer that read one input, such as q, k and v or all experts. */
export const adapterKernels = (model: Model): number =>
  modelTensors(model).groups.reduce((sum, { layers, tensors }) => {
    const inputs = tensors.filter(isAdapted).map(({ role, columns, part }) => `${role}/${columns}/${part === "output" || part === "down"}`);
    return sum + layers * new Set(inputs).size;
  }, 0);

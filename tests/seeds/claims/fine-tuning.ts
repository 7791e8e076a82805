import type { Claim } from "../claim.ts";
import { cacheWidth, gpuNamed, modelNamed, weights } from "../program.ts";

const llama3 = "meta-llama/Meta-Llama-3-8B-Instruct";
const llama70 = "meta-llama/Meta-Llama-3-70B-Instruct";
const rank = 16;

/** A (input x rank) and B (rank x output) for one projection of every layer. */
function adapterParameters(model: string, projections: readonly ("q" | "k" | "v")[]): number {
  const { hiddenSize, numLayers, numAttentionHeads, headDim } = modelNamed(model);
  const outputs = projections.map((name) => (name === "q" ? numAttentionHeads * headDim : cacheWidth(model)));
  return numLayers * outputs.reduce((sum, width) => sum + rank * (hiddenSize + width), 0);
}

/** Adapters and training, from the shapes the planner knows; it plans no training. */
export const fineTuningClaims: readonly Claim[] = [
  {
    guide: "serving",
    id: "full-finetune",
    says: "Full fine-tuning of 70B takes at least 140 GB, 4 to 8 times the model's size.",
    figures: [
      {
        of: "16 bytes a parameter (mixed precision Adam) over the 16-bit weights",
        unit: "times",
        stated: [4, 8],
        program: () => (16 * modelNamed(llama70).parameters) / weights(llama70, "bf16"),
        truth: 8,
      },
      {
        of: "the same",
        unit: "GB",
        stated: 140,
        about: 0.1,
        program: () => (16 * modelNamed(llama70).parameters) / 1e9,
        truth: 1128.859303936,
      },
    ],
    verdict: "partly",
    why: "Eight times the weights; its 140 GB are the weights alone.",
  },
  {
    guide: "serving",
    id: "lora-params",
    says: "A matrix of 4,096 x 4,096 has 16.7 M parameters, its adapter of rank 16 has 131 K, 0.8 %.",
    figures: [
      {
        of: "the matrix (Q projection of Llama 3 8B)",
        unit: "parameters",
        stated: 16777216,
        program: () => modelNamed(llama3).hiddenSize * modelNamed(llama3).numAttentionHeads * modelNamed(llama3).headDim,
        truth: 16777216,
      },
      {
        of: "the adapter",
        unit: "parameters",
        stated: 131072,
        program: () => adapterParameters(llama3, ["q"]) / modelNamed(llama3).numLayers,
        truth: 131072,
      },
      {
        of: "share",
        unit: "%",
        stated: 0.8,
        program: () => (100 * adapterParameters(llama3, ["q"])) / modelNamed(llama3).numLayers / 4096 ** 2,
        truth: 0.78125,
      },
    ],
    verdict: "right",
    why: "Of that matrix; K and V are narrower.",
  },
  {
    guide: "serving",
    id: "lora-output",
    says: "Rank 16 on q, k and v of Llama 3 8B: 6,815,744 trainable parameters of 8,037,679,104.",
    figures: [
      { of: "trainable", unit: "parameters", stated: 6815744, program: () => adapterParameters(llama3, ["q", "k", "v"]), truth: 9437184 },
      {
        of: "all",
        unit: "parameters",
        stated: 8037679104,
        program: () => modelNamed(llama3).parameters + adapterParameters(llama3, ["q", "k", "v"]),
        truth: 8039698432,
      },
      {
        of: "trainable with q and v only",
        unit: "parameters",
        stated: null,
        program: () => adapterParameters(llama3, ["q", "v"]),
        truth: 6815744,
      },
    ],
    verdict: "wrong",
    why: "It printed what q and v alone have. The total matches neither.",
  },
  {
    guide: "serving",
    id: "qlora",
    says: "QLoRA tunes a 65B model on one GPU of 48 GB.",
    figures: [
      {
        of: "Llama 2 70B in NF4, over an RTX A6000",
        unit: "%",
        stated: [1, 100],
        program: () => (100 * weights("meta-llama/Llama-2-70b-hf", "bnb-nf4")) / (gpuNamed("rtx-a6000").cudaMemoryBytes ?? 0),
        digits: 2,
      },
    ],
    verdict: "right",
    why: "The frozen weights fit. Activations and the adapter's optimiser must fit in the rest.",
  },
];

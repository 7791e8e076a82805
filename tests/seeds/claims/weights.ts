import type { Claim } from "../claim.ts";
import { modelNamed, starts, weights } from "../program.ts";

const gb = 1e9;
const llama7 = "meta-llama/Llama-2-7b-hf";
const llama70 = "meta-llama/Llama-2-70b-hf";
const llama3 = "meta-llama/Meta-Llama-3-8B-Instruct";
const llama370 = "meta-llama/Meta-Llama-3-70B-Instruct";

const stored = (of: string, stated: number, model: string, precision: Parameters<typeof weights>[1], truth?: number) => ({
  of,
  unit: "GB",
  stated,
  about: 0.05,
  program: () => weights(model, precision) / gb,
  ...(truth === undefined ? {} : { truth: truth / gb }),
});

/** Weights: parameters x bytes per parameter, and what formats do to it. */
export const weightClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "precision-table",
    says: "Weights are parameters times 4, 2, 1 or 0.5 bytes: a 7B model is 28, 14, 7 or 3.5 GB, a 70B model 280, 140, 70 or 35 GB.",
    figures: [
      stored("Llama 2 7B, fp32", 28, llama7, "fp32", 4 * 6738415616),
      stored("Llama 2 7B, bf16", 14, llama7, "bf16", 2 * 6738415616),
      stored("Llama 2 7B, fp8", 7, llama7, "fp8"),
      stored("Llama 2 7B, AWQ int4", 3.5, llama7, "awq-int4"),
      stored("Llama 2 70B, fp32", 280, llama70, "fp32", 4 * 68976648192),
      stored("Llama 2 70B, bf16", 140, llama70, "bf16", 2 * 68976648192),
      stored("Llama 2 70B, fp8", 70, llama70, "fp8"),
      stored("Llama 2 70B, NVFP4", 35, llama70, "nvfp4"),
      {
        of: "Qwen3-8B, AWQ int4 (published file: 6.10 GB)",
        unit: "GB",
        stated: null,
        program: () => weights("Qwen/Qwen3-8B", "awq-int4") / gb,
        truth: 6098853560 / gb,
        truthWithin: 0.01,
      },
    ],
    verdict: "partly",
    why: "Good within 5 % for 16 and 8 bits, with parameters counted and not read off the name (6.74 and 68.98 B). Half a byte is a floor that no 4-bit checkpoint reaches: scales and the 16-bit tables come on top.",
  },
  {
    guide: "vram",
    id: "formats-save",
    says: "Against FP16, FP8 and INT8 save 50 % of the weights' memory, FP4 and INT4 75 %.",
    figures: [
      {
        of: "Llama 3 8B, fp8",
        unit: "% saved",
        stated: 50,
        about: 0.05,
        program: () => 100 * (1 - weights(llama3, "fp8") / weights(llama3, "bf16")),
      },
      {
        of: "Llama 3 8B, AWQ int4",
        unit: "% saved",
        stated: 75,
        about: 0.05,
        program: () => 100 * (1 - weights(llama3, "awq-int4") / weights(llama3, "bf16")),
      },
      {
        of: "Llama 3 70B, fp8",
        unit: "% saved",
        stated: 50,
        about: 0.05,
        program: () => 100 * (1 - weights(llama370, "fp8") / weights(llama370, "bf16")),
      },
      {
        of: "Llama 3 70B, AWQ int4",
        unit: "% saved",
        stated: 75,
        about: 0.05,
        program: () => 100 * (1 - weights(llama370, "awq-int4") / weights(llama370, "bf16")),
      },
    ],
    verdict: "partly",
    why: "Nearly so for large models. In small ones the vocabulary tables, which stay in 16 bits, are a good part of the whole.",
  },
  {
    guide: "serving",
    id: "gguf-bits",
    says: "GGUF takes 4.8 bits a weight as Q4_K_M, 5.7 as Q5_K_M, 8.5 as Q8_0.",
    figures: (
      [
        ["Q4_K_M", 4.8, "gguf-q4_k_m"],
        ["Q5_K_M", 5.7, "gguf-q5_k_m"],
        ["Q8_0", 8.5, "gguf-q8_0"],
      ] as const
    ).map(([name, stated, precision]) => ({
      of: `Llama 3 8B as ${name}, over its parameters`,
      unit: "bits",
      stated,
      about: 0.03,
      program: () => (8 * weights(llama3, precision)) / modelNamed(llama3).parameters,
      digits: 3,
    })),
    verdict: "right",
    why: "Averages over the mixed formats inside a file. Its Q4_0 (4.5) and Q2_K (2.6) are no choice of the planner.",
  },
  {
    guide: "serving",
    id: "8b-weights",
    says: "An 8B model is about 16 GB.",
    figures: [{ of: "Llama 3 8B, bf16", unit: "GB", stated: 16, program: () => weights(llama3, "bf16") / gb, truth: 16.060522496 }],
    verdict: "right",
    why: "8.03 B parameters of 2 bytes.",
  },
  {
    guide: "serving",
    id: "70b-sizes",
    says: "Llama 3 70B is 280, 140, 70 or 35 GB in FP32, FP16, INT8 or INT4, for 4, 2 or 1 A100 (80 GB), or 3 RTX 4090.",
    figures: [
      { of: "fp32", unit: "GB", stated: 280, about: 0.02, program: () => weights(llama370, "fp32") / gb, truth: 282.214825984 },
      { of: "fp16", unit: "GB", stated: 140, about: 0.02, program: () => weights(llama370, "fp16") / gb, truth: 141.107412992 },
      { of: "int8", unit: "GB", stated: 70, about: 0.05, program: () => weights(llama370, "int8") / gb },
      {
        of: "AWQ int4",
        unit: "GB",
        stated: 35,
        about: 0.05,
        program: () => weights(llama370, "awq-int4") / gb,
        truth: 39.765832864,
        truthWithin: 0.005,
      },
      {
        of: "starts in fp16 on 2 A100 80GB, 8k context",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts(llama370, "a100-sxm-80gb", { precision: "fp16", tensorParallel: 2, maxModelLen: 8192 })),
      },
      {
        of: "starts in int8 on 1 A100 80GB, 8k context",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts(llama370, "a100-sxm-80gb", { precision: "int8", tensorParallel: 1, maxModelLen: 8192 })),
      },
      {
        of: "starts in AWQ int4 on 3 RTX 4090, 8k context",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts(llama370, "rtx-4090", { precision: "awq-int4", tensorParallel: 3, maxModelLen: 8192 })),
      },
      {
        of: "starts in AWQ int4 on 4 RTX 4090, 8k context",
        unit: "yes = 1",
        stated: null,
        program: () => Number(starts(llama370, "rtx-4090", { precision: "awq-int4", tensorParallel: 4, maxModelLen: 8192 })),
      },
    ],
    verdict: "partly",
    why: "INT4 as stored is 40 GB. Three GPUs are no tensor-parallel size (64 heads do not divide by 3): two or four RTX 4090.",
  },
  {
    guide: "hardware",
    id: "rule",
    says: "2, 1 or 0.5 bytes a parameter: 14 GB for 7B in FP16, 35 GB for 70B in INT4.",
    figures: [
      { of: "Llama 2 7B, fp16", unit: "GB", stated: 14, about: 0.05, program: () => weights(llama7, "fp16") / gb, truth: 13.476831232 },
      {
        of: "Llama 3 70B, AWQ int4",
        unit: "GB",
        stated: 35,
        about: 0.05,
        program: () => weights(llama370, "awq-int4") / gb,
        truth: 39.765832864,
        truthWithin: 0.005,
      },
    ],
    verdict: "partly",
    why: "As above: the 4-bit rule leaves out scales and tables.",
  },
  {
    guide: "choosing",
    id: "70b-weights",
    says: "LLaMA 70B is 140 GB in FP16 and 35 GB in INT4.",
    figures: [
      {
        of: "Llama 3 70B, fp16",
        unit: "GB",
        stated: 140,
        about: 0.02,
        program: () => weights(llama370, "fp16") / gb,
        truth: 141.107412992,
      },
      { of: "Llama 3 70B, AWQ int4", unit: "GB", stated: 35, about: 0.05, program: () => weights(llama370, "awq-int4") / gb },
    ],
    verdict: "partly",
    why: "40 GB in INT4 as stored.",
  },
  {
    guide: "cost",
    id: "int4-70b",
    says: "INT4 brings 70B from 140 to 35 GB, so that 2 A100 do instead of 4.",
    figures: [
      {
        of: "starts in bf16 on 2 A100 80GB, 8k context",
        unit: "yes = 1",
        stated: 0,
        program: () => Number(starts(llama370, "a100-sxm-80gb", { precision: "bf16", tensorParallel: 2, maxModelLen: 8192 })),
      },
      {
        of: "starts in AWQ int4 on 1 A100 80GB, 8k context",
        unit: "yes = 1",
        stated: 0,
        program: () => Number(starts(llama370, "a100-sxm-80gb", { precision: "awq-int4", tensorParallel: 1, maxModelLen: 8192 })),
      },
      {
        of: "starts in AWQ int4 on 2 A100 40GB, 8k context",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts(llama370, "a100-sxm-40gb", { precision: "awq-int4", tensorParallel: 2, maxModelLen: 8192 })),
      },
    ],
    verdict: "partly",
    why: "True of the 40 GB card only. With 80 GB, 2 hold the 16-bit weights and 1 the 4-bit ones.",
  },
  {
    guide: "hardware",
    id: "llama3-7b",
    says: 'Its calculator sizes a "Llama 3 7B" of 7.0 B parameters, 32 layers and 8 KV heads.',
    figures: [
      {
        of: "parameters of Llama 3 8B, which has these layers and heads",
        unit: "B",
        stated: 7.0,
        about: 0.05,
        program: () => modelNamed(llama3).parameters / gb,
        truth: 8.030261248,
      },
    ],
    verdict: "wrong",
    why: "There is no Llama 3 7B. The model meant has 8.03 B parameters.",
  },
];

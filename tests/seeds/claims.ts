import type { Claim } from "./claim.ts";
import { encoderClaims } from "./claims/encoders-and-speech.ts";
import { engineClaims } from "./claims/engines.ts";
import { fineTuningClaims } from "./claims/fine-tuning.ts";
import { gpuClaims } from "./claims/gpus.ts";
import { cacheClaims } from "./claims/kv-cache.ts";
import { memoryClaims } from "./claims/memory.ts";
import { modelFactClaims } from "./claims/model-facts.ts";
import { moneyClaims } from "./claims/money.ts";
import { speedClaims } from "./claims/speed.ts";
import { tableClaims } from "./claims/tables.ts";
import { weightClaims } from "./claims/weights.ts";
import { fitClaims } from "./claims/what-fits.ts";

/** Every example and rule of thumb of the guides, by subject. */
export const topics: readonly { readonly title: string; readonly claims: readonly Claim[] }[] = [
  { title: "Weights and formats", claims: weightClaims },
  { title: "KV cache", claims: cacheClaims },
  { title: "All of the memory", claims: memoryClaims },
  { title: "What fits", claims: fitClaims },
  { title: "Tables of the VRAM guide", claims: tableClaims },
  { title: "Embedding, reranking and speech", claims: encoderClaims },
  { title: "GPUs, and which for which model", claims: gpuClaims },
  { title: "Speed", claims: speedClaims },
  { title: "Money", claims: moneyClaims },
  { title: "Engines and quality", claims: engineClaims },
  { title: "Adapters and training", claims: fineTuningClaims },
  { title: "What models are taken to be", claims: modelFactClaims },
];

export const allClaims: readonly Claim[] = topics.flatMap(({ claims }) => claims);

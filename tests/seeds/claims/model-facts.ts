import type { Claim, Figure } from "../claim.ts";
import { cacheWidth, modelNamed, starts, weights } from "../program.ts";

const fact = (of: string, unit: string, stated: number, program: () => number, truth: number, about?: number): Figure => ({
  of,
  unit,
  stated,
  program,
  truth,
  ...(about === undefined ? {} : { about }),
});

const billions = (model: string) => modelNamed(model).parameters / 1e9;
const glm45 = "zai-org/GLM-4.5";
const gemma = "google/gemma-3-27b-it";
const qwen25 = "Qwen/Qwen2.5-7B-Instruct";
const falcon = "tiiuae/falcon-180B-chat";

/** What the guides take models to be. */
export const modelFactClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "llama-2-70b",
    says: "Llama 2 70B caches keys 8,192 wide (cases 3 and 5).",
    figures: [fact("width of K", "elements", 8192, () => cacheWidth("meta-llama/Llama-2-70b-hf"), 1024)],
    verdict: "wrong",
    why: "8 KV heads of 128. 68.98 B parameters.",
  },
  {
    guide: "vram",
    id: "llama-3.3-70b",
    says: "Llama 3.3 70B caches keys 8,192 wide (case 9).",
    figures: [fact("width of K", "elements", 8192, () => cacheWidth("meta-llama/Llama-3.3-70B-Instruct"), 1024)],
    verdict: "wrong",
    why: "8 KV heads of 128, as in case 22.",
  },
  {
    guide: "vram",
    id: "qwen3-32b",
    says: "Qwen3-32B caches keys 5,120 wide, has heads of 80, reads 128K tokens and has 32 B parameters (cases 7 and 19).",
    figures: [
      fact("width of K", "elements", 5120, () => cacheWidth("Qwen/Qwen3-32B"), 1024),
      fact("head size", "elements", 80, () => modelNamed("Qwen/Qwen3-32B").headDim, 128),
      fact("context", "tokens", 131072, () => modelNamed("Qwen/Qwen3-32B").maxContext, 40960),
      fact("parameters", "B", 32, () => billions("Qwen/Qwen3-32B"), 32.762123264, 0.05),
    ],
    verdict: "partly",
    why: "The configuration states the head size.",
  },
  {
    guide: "vram",
    id: "qwq-32b",
    says: "QwQ-32B caches keys 5,120 wide and reads 32K tokens (cases 12 and 21).",
    figures: [
      fact("width of K", "elements", 5120, () => cacheWidth("Qwen/QwQ-32B"), 1024),
      fact("context", "tokens", 32768, () => modelNamed("Qwen/QwQ-32B").maxContext, 40960),
    ],
    verdict: "wrong",
    why: "32K is the context of QwQ-32B-Preview, which its command serves.",
  },
  {
    guide: "vram",
    id: "qwen2.5-7b",
    says: "Qwen2.5 7B has 7 B parameters and caches keys 3,584 wide (cases 10 and 18).",
    figures: [
      fact("parameters", "B", 7, () => billions(qwen25), 7.615616512, 0.05),
      fact("width of K", "elements", 3584, () => cacheWidth(qwen25), 512),
    ],
    verdict: "wrong",
    why: "7.62 B, and 4 KV heads of 128.",
  },
  {
    guide: "vram",
    id: "gemma-3-27b",
    says: "Gemma 3 27B has 46 layers (cases 8 and 20), 64 query heads of 64, and reads 32K tokens.",
    figures: [
      fact("layers", "layers", 46, () => modelNamed(gemma).numLayers, 62),
      fact("hidden size, case 8", "elements", 4608, () => modelNamed(gemma).hiddenSize, 5376),
      fact("hidden size, case 20", "elements", 4096, () => modelNamed(gemma).hiddenSize, 5376),
      fact("query heads", "heads", 64, () => modelNamed(gemma).numAttentionHeads, 32),
      fact("head size", "elements", 64, () => modelNamed(gemma).headDim, 128),
      fact("context", "tokens", 32768, () => modelNamed(gemma).maxContext, 131072),
      fact("layers with a window of 1,024", "layers", 0, () => modelNamed(gemma).slidingWindow?.layersLocal ?? 0, 52),
    ],
    verdict: "wrong",
    why: "46 layers of 4,608 are Gemma 2 27B.",
  },
  {
    guide: "vram",
    id: "glm-4.5",
    says: "GLM-4.5 is a dense model of 9 B parameters and 40 layers (case 11).",
    figures: [
      fact("parameters", "B", 9, () => billions(glm45), 352.797829024),
      fact("layers", "layers", 40, () => modelNamed(glm45).numLayers, 92),
      fact("experts", "experts", 0, () => modelNamed(glm45).moe?.numExperts ?? 0, 160),
    ],
    verdict: "wrong",
    why: "355 B published, 353 B without the block for speculation, 8 of 160 experts at a time.",
  },
  {
    guide: "vram",
    id: "glm-4-9b",
    says: "GLM-4-9B has 9 B parameters and 2 KV heads of 128 (case 17).",
    figures: [
      fact("parameters", "B", 9, () => billions("THUDM/glm-4-9b-chat"), 9.39995136, 0.05),
      fact("width of K", "elements", 256, () => cacheWidth("THUDM/glm-4-9b-chat"), 256),
    ],
    verdict: "right",
    why: "9.40 B.",
  },
  {
    guide: "vram",
    id: "falcon-180b",
    says: "Falcon 180B in FP16 runs on 4 to 8 A100.",
    figures: [
      fact(
        "starts on 4 A100 80GB",
        "yes = 1",
        1,
        () => Number(starts(falcon, "a100-sxm-80gb", { precision: "fp16", tensorParallel: 4, maxModelLen: 2048 })),
        0,
      ),
      fact(
        "starts on 8",
        "yes = 1",
        1,
        () => Number(starts(falcon, "a100-sxm-80gb", { precision: "fp16", tensorParallel: 8, maxModelLen: 2048 })),
        1,
      ),
      { of: "weights in FP16", unit: "GB", stated: null, program: () => weights(falcon, "fp16") / 1e9, truth: 357.114177536 },
    ],
    verdict: "partly",
    why: "Four hold 320 GB, the weights are 357.",
  },
  {
    guide: "vram",
    id: "gpt-3",
    says: "GPT-3 175B runs on 4 to 8 A100.",
    figures: [fact("may be deployed", "yes = 1", 1, () => Number(modelNamed("openai/gpt-3-175b").deployable), 0)],
    verdict: "wrong",
    why: "Its weights were never published: a spec that names it is refused.",
  },
];

import type { Claim } from "../claim.ts";
import { modelNamed, starts } from "../program.ts";

const h100 = "h100-sxm-80gb";

/** Flags, kernels and what no figure can be given for. */
export const engineClaims: readonly Claim[] = [
  {
    guide: "vram",
    id: "vllm-flags",
    says: "vLLM takes --dtype float8, --kv-cache-dtype fp16 and --log-level debug, and counts vllm_num_requests; Qwen3-32B takes --max-model-len 131072.",
    figures: [
      {
        of: "Qwen3-32B: longest context without rescaled positions",
        unit: "tokens",
        stated: 131072,
        program: () => modelNamed("Qwen/Qwen3-32B").maxContext,
        truth: 40960,
      },
    ],
    verdict: "wrong",
    why: "--quantization fp8; the cache follows the activations by itself (auto); VLLM_LOGGING_LEVEL=DEBUG; vllm:num_requests_running. Those are vLLM's documented names, not run here.",
  },
  {
    guide: "vram",
    id: "fp8-hardware",
    says: "FP8 is best on H100 and H200; INT8 runs on nearly everything from Ampere on; FP4 needs a new framework.",
    figures: [
      {
        of: "FP8 weights on an A100",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts("meta-llama/Llama-3.1-8B-Instruct", "a100-sxm-80gb", { precision: "fp8", maxModelLen: 4096 })),
      },
      {
        of: "INT8 on an A100",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts("meta-llama/Llama-3.1-8B-Instruct", "a100-sxm-80gb", { precision: "int8", maxModelLen: 4096 })),
      },
      {
        of: "NVFP4 on an H100",
        unit: "yes = 1",
        stated: 1,
        program: () => Number(starts("meta-llama/Llama-3.1-8B-Instruct", h100, { precision: "nvfp4", maxModelLen: 4096 })),
      },
    ],
    verdict: "right",
    why: "Before their own generation FP8 and FP4 are formats to store weights in: less memory and bandwidth, no faster arithmetic.",
  },
  {
    guide: "vram",
    id: "offloading",
    says: "CPU or disk offloading saves memory and costs latency.",
    figures: [],
    verdict: "untested",
    why: "Every token would then read weights over PCIe, at 25 to 60 GB/s against 2,000 and more. The planner never chooses it.",
  },
  {
    guide: "vram",
    id: "paging-throughput",
    says: "PagedAttention raises throughput up to 24 times (other guides: 2 to 4, 3 to 5).",
    figures: [],
    verdict: "untested",
    why: "Against which server and load is not said. Every engine the planner knows pages its cache.",
  },
  {
    guide: "serving",
    id: "quality",
    says: "4-bit formats lose 1 to 2 %, AWQ less than GPTQ; code and reasoning want 8 bits or more.",
    figures: [],
    verdict: "untested",
    why: "Nothing here measures answers. precision: auto stays at 8-bit floats or better unless qualityFloor allows less.",
  },
  {
    guide: "choosing",
    id: "frameworks",
    says: "vLLM by default, TensorRT-LLM for NVIDIA's best, SGLang for structured output, llama.cpp for CPUs and Macs.",
    figures: [],
    verdict: "untested",
    why: "size and estimate answer for these four; what is deployed is vLLM. docs/performance.md says how each was measured.",
  },
];

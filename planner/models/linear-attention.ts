import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";
import type { Mixer } from "./layer-kinds.ts";

type LinearAttention = NonNullable<Model["linearAttention"]>;

/** The layers whose state does not grow with the sequence; null when there are none, or when a field that sizes them is missing. */
export function linearAttention(config: Fields, architecture: Architecture, mixers: readonly Mixer[]): LinearAttention | null {
  const parallel = architecture.layout.parallelMixers === true;
  const layers = parallel ? mixers.length : mixers.filter((mixer) => mixer === "linear").length;
  if (architecture.linear === "none" || layers === 0) return null;
  const attentionLayers = parallel ? mixers.length : mixers.filter((mixer) => mixer === "full").length;
  const shape = stateShapes[architecture.linear](config);
  if (shape === null) return null;
  const pattern = `${layers} of ${mixers.length} layers`;
  return { type: architecture.linear, layers, attentionLayers: Math.max(1, attentionLayers), pattern, ...shape };
}

type StateShape = Omit<LinearAttention, "type" | "layers" | "attentionLayers" | "pattern">;

const stateShapes: Readonly<Record<Exclude<Architecture["linear"], "none">, (config: Fields) => StateShape | null>> = {
  "gated-deltanet": (config) => {
    const numKeyHeads = config.count("linear_num_key_heads");
    const numValueHeads = config.count("linear_num_value_heads");
    const keyHeadDim = config.count("linear_key_head_dim");
    const valueHeadDim = config.count("linear_value_head_dim");
    if (numKeyHeads === null || numValueHeads === null || keyHeadDim === null || valueHeadDim === null) return null;
    const convKernel = config.optionalCount("linear_conv_kernel_dim") ?? 4;
    return { numKeyHeads, numValueHeads, keyHeadDim, valueHeadDim, convKernel, stateDtype: stateDtype(config) };
  },
  mamba2: (config) => {
    const numValueHeads = config.count("mamba_num_heads", "mamba_n_heads");
    const stateSize = config.count("ssm_state_size", "mamba_d_state");
    if (numValueHeads === null || stateSize === null) return null;
    const inner = (config.optionalCount("expand", "mamba_expand") ?? 2) * (config.optionalCount("hidden_size") ?? 0);
    const stated = config.optionalCount("mamba_head_dim", "mamba_d_head");
    const valueHeadDim = stated ?? Math.max(1, Math.round(inner / numValueHeads));
    const convKernel = config.optionalCount("conv_kernel", "mamba_d_conv") ?? 4;
    const numGroups = config.optionalCount("n_groups", "mamba_n_groups") ?? 1;
    return { numValueHeads, valueHeadDim, stateSize, numGroups, convKernel, stateDtype: stateDtype(config) };
  },
  kda: (config) => {
    const linear = config.section("linear_attn_config");
    const heads = linear?.count("num_heads") ?? null;
    const headDim = linear?.count("head_dim") ?? null;
    if (linear === null || heads === null || headDim === null) return null;
    const convKernel = linear.optionalCount("short_conv_kernel_size") ?? 4;
    return { numKeyHeads: heads, numValueHeads: heads, keyHeadDim: headDim, valueHeadDim: headDim, convKernel, stateDtype: "fp32" };
  },
  "short-conv": (config) => {
    const hidden = config.count("hidden_size");
    const heads = config.count("num_attention_heads");
    if (hidden === null || heads === null) return null;
    const convKernel = config.optionalCount("conv_L_cache") ?? 3;
    return { numValueHeads: heads, valueHeadDim: Math.max(1, Math.round(hidden / heads)), convKernel, stateDtype: "bf16" };
  },
  lightning: (config) => {
    const heads = config.count("num_attention_heads");
    const hidden = config.count("hidden_size");
    if (heads === null || hidden === null) return null;
    const headDim = config.optionalCount("head_dim") ?? Math.max(1, Math.round(hidden / heads));
    return { numKeyHeads: heads, numValueHeads: heads, keyHeadDim: headDim, valueHeadDim: headDim, convKernel: 1, stateDtype: "fp32" };
  },
};

/** vLLM keeps the state in the type the file names, and otherwise in that of the activations. */
const stateDtype = (config: Fields): string => (config.text("mamba_ssm_dtype", "mamba_ssm_cache_dtype") === "float32" ? "fp32" : "bf16");

import type { Architecture } from "../../catalog/schema/architecture.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";

type AttentionShape = Pick<Model, "attention" | "numKvHeads" | "headDim" | "mla">;

/** Heads and their sizes. The head size is what the file says; only where it says nothing does it follow from the width. */
export function attentionShape(fields: Fields, architecture: Architecture, hiddenSize: number, numAttentionHeads: number): AttentionShape {
  const stated = fields.optionalCount("head_dim", "attention_head_dim", "kv_channels");
  const headDim = stated ?? Math.max(1, Math.round(hiddenSize / numAttentionHeads));
  const kvLoraRank = fields.optionalCount("kv_lora_rank");
  if (kvLoraRank !== null) {
    const qkRopeHeadDim = fields.count("qk_rope_head_dim") ?? 1;
    const qkNopeHeadDim = fields.count("qk_nope_head_dim") ?? 1;
    const vHeadDim = fields.count("v_head_dim") ?? 1;
    const mla = { kvLoraRank, qkRopeHeadDim, qkNopeHeadDim, vHeadDim, qLoraRank: fields.optionalCount("q_lora_rank") };
    return { attention: "mla", numKvHeads: numAttentionHeads, headDim: qkRopeHeadDim + qkNopeHeadDim, mla };
  }
  const numKvHeads = keyValueHeads(fields, architecture, numAttentionHeads);
  const attention = numKvHeads === numAttentionHeads ? "mha" : numKvHeads === 1 ? "mqa" : "gqa";
  return { attention, numKvHeads, headDim, mla: null };
}

function keyValueHeads(fields: Fields, architecture: Architecture, numAttentionHeads: number): number {
  if (architecture.family === "falcon" && fields.flag("new_decoder_architecture") !== true) {
    return fields.flag("multi_query") === true ? 1 : numAttentionHeads;
  }
  const nested = fields.section("attn_config")?.optionalCount("kv_n_heads") ?? null;
  return (
    nested ??
    fields.optionalCount("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads", "multi_query_group_num") ??
    numAttentionHeads
  );
}

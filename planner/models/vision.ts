import type { Model } from "../../catalog/schema/model.ts";
import type { Fields } from "./fields.ts";

type VisionTower = NonNullable<Model["visionTower"]>;

/**
 * The vision tower of a multimodal model, by its shape: per layer four square projections and a feed-forward, the patches, the positions and
 * a projector of two layers. Within a few percent for the towers in the catalog; files with a byte count say it exactly.
 */
export function visionTower(config: Fields, textHidden: number): VisionTower | null {
  const vision = config.section("vision_config", "vit_config", "vision_tower_config");
  if (vision === null) return null;
  const hidden = vision.optionalCount("hidden_size", "embed_dim", "width", "vt_hidden_size");
  const layers = vision.optionalCount("num_hidden_layers", "depth", "layers", "vt_num_hidden_layers");
  if (hidden === null || layers === null) return null;
  const intermediate = vision.optionalCount("intermediate_size", "vt_intermediate_size") ?? 4 * hidden;
  const patch = vision.optionalCount("patch_size", "spatial_patch_size") ?? 14;
  const image = vision.optionalCount("image_size") ?? 0;
  const positions = vision.optionalCount("num_position_embeddings", "position_embedding_size") ?? Math.round((image / patch) ** 2);
  const merge = vision.optionalCount("spatial_merge_size") ?? 1;
  const kind = vision.text("model_type") ?? "vision";
  const gated = /pixtral|qwen2_5|mllama/.test(kind);
  const layer =
    4 * hidden * hidden + 4 * hidden + (gated ? 3 : 2) * hidden * intermediate + (gated ? 2 : 1) * intermediate + hidden + 4 * hidden;
  const patches = 3 * (vision.optionalCount("temporal_patch_size") ?? 1) * patch * patch * hidden + hidden + positions * hidden;
  const merged = hidden * merge * merge;
  const projector = merge > 1 ? merged * merged + merged + merged * textHidden + textHidden + 2 * hidden : hidden * textHidden + hidden;
  // Qwen3-VL feeds the features of some inner layers into the language model through projectors of their own.
  const mergers = 1 + (vision.list("deepstack_visual_indexes")?.length ?? 0);
  const params = Math.round(layers * layer + patches + mergers * projector);
  return { kind, hidden, layers, intermediate, patch, ...(positions > 0 ? { positions } : {}), params };
}

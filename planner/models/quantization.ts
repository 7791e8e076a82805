import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import type { Precision } from "../layouts/precision.ts";
import { type Fields, fieldsOf, isMapping } from "./fields.ts";

export type Quantization = NonNullable<Model["quantization"]>;
type Store = Quantization["stores"][number];
type Role = Store["roles"][number];

/** How one kind of weight lies in a quantised file. */
interface StoredWeight {
  readonly precision: Precision;
  readonly bytesPerWeight: number;
  readonly scale: Store["scale"];
  readonly tile: number | null;
}

const linearRoles: readonly Role[] = ["attention", "mlp", "expert"];
const everyRole: readonly Role[] = [...linearRoles, "head"];

/**
 * What `quantization_config` says of the weights; null when they are not quantised. A method without a rule here is a finding: its bytes
 * would be a guess.
 */
export function quantizationOf(config: Fields, numLayers: number, findings: Finding[]): Quantization | null {
  const section = config.section("quantization_config", "compression_config");
  if (section === null) return null;
  const stored = compressedGroups(section) ?? listedLayers(section) ?? single(section);
  if (stored === null || stored.length === 0) {
    findings.push({
      code: "unknown-quantization",
      path: "quantization_config.quant_method",
      message: `${JSON.stringify(section.text("quant_method", "quant_algo") ?? null)} is no quantisation that is known here`,
      suggestion: "give the precision the weights are served in, and take quantization_config out of a copy of the file",
    });
    return null;
  }
  const ignored = strings(section.list("ignore", "modules_to_not_convert", "exclude_modules"));
  const stores = stored.flatMap(({ weight, roles }) => storesOf(weight, roles, ignored, numLayers));
  const [main] = stored.toSorted((a, b) => a.weight.bytesPerWeight - b.weight.bytesPerWeight);
  return {
    precision: main?.weight.precision ?? "bf16",
    stores,
    tile: main?.weight.tile ?? null,
    expertTile: main?.weight.tile ?? null,
    kvCacheDtype: kvCacheDtype(section),
    source: "quantization_config of config.json",
  };
}

type Group = { readonly weight: StoredWeight; readonly roles: readonly Role[] };

function single(section: Fields): Group[] | null {
  const method = (section.text("quant_method") ?? "").toLowerCase();
  const bits = section.optionalCount("bits", "w_bit") ?? 4;
  const group = groupSize(section);
  const all = (weight: StoredWeight): Group[] => [{ weight, roles: linearRoles }];
  switch (method) {
    case "fp8": {
      const block = section.list("weight_block_size")?.[0];
      const tile = typeof block === "number" ? block : null;
      return all({ precision: "fp8", bytesPerWeight: 1, scale: fp8Scale(tile), tile });
    }
    case "fbgemm_fp8":
      return all({ precision: "fp8", bytesPerWeight: 1, scale: rowScale, tile: null });
    case "awq":
    case "awq_marlin":
      return all(integer("awq-int4", bits, group, section.flag("zero_point") !== false));
    case "gptq":
    case "gptq_marlin":
    case "auto-round":
    case "auto_round":
      return all(integer(bits === 8 ? "int8-w8a16" : "gptq-int4", bits, group, section.flag("sym") !== true));
    case "bitsandbytes":
      return all(
        section.flag("load_in_8bit") === true || section.flag("_load_in_8bit") === true
          ? { precision: "bnb-int8", bytesPerWeight: 1, scale: rowScale, tile: null }
          : { precision: "bnb-nf4", bytesPerWeight: 0.5, scale: { per: "group", size: 64, bytes: 1 }, tile: null },
      );
    case "mxfp4":
      return [{ weight: microscaled("mxfp4"), roles: ["expert"] }];
    case "modelopt":
    case "modelopt_fp4": {
      const algorithm = section.text("quant_algo") ?? (method === "modelopt_fp4" ? "NVFP4" : "");
      if (algorithm === "FP8") return all(perTensorFp8);
      return algorithm === "NVFP4" ? all(microscaled("nvfp4")) : null;
    }
    default:
      return null;
  }
}

/** `config_groups` of compressed-tensors and ModelOpt: a weight type for each set of targets. */
function compressedGroups(section: Fields): Group[] | null {
  const groups = section.section("config_groups");
  if (groups === null) return null;
  return Object.values(groups.raw).flatMap((value): Group[] => {
    if (!isMapping(value) || !isMapping(value.weights)) return [];
    const weights = fieldsOf(value.weights, "quantization_config.config_groups", []);
    const weight = compressedWeight(weights, value.input_activations !== null && value.input_activations !== undefined);
    if (weight === null) return [];
    const targets = strings(value.targets);
    const isGeneral = targets.length === 0 || targets.includes("Linear");
    return [{ weight, roles: isGeneral ? linearRoles : everyRole.filter((role) => targets.some((name) => roleOf(name) === role)) }];
  });
}

/** `quantized_layers` of ModelOpt: an algorithm for every projection by name. */
function listedLayers(section: Fields): Group[] | null {
  const layers = section.section("quantized_layers");
  if (layers === null) return null;
  const byAlgorithm = Map.groupBy(Object.entries(layers.raw), ([, value]) => (isMapping(value) ? String(value.quant_algo) : ""));
  return [...byAlgorithm].flatMap(([algorithm, entries]): Group[] => {
    const weight = algorithm.endsWith("NVFP4")
      ? microscaled("nvfp4")
      : algorithm.startsWith("MXFP4") || algorithm === "W4A8_MXFP4"
        ? microscaled("mxfp4")
        : perTensorFp8;
    return [{ weight, roles: everyRole.filter((role) => entries.some(([name]) => roleOf(name) === role)) }];
  });
}

function compressedWeight(weights: Fields, quantisesActivations: boolean): StoredWeight | null {
  const bits = weights.optionalCount("num_bits");
  const group = groupSize(weights);
  if (weights.text("type") === "float") {
    if (bits === 4) return microscaled(group === 32 ? "mxfp4" : "nvfp4");
    const block = weights.list("block_structure")?.[0];
    const tile = typeof block === "number" ? block : null;
    return bits === 8 ? { precision: "fp8", bytesPerWeight: 1, scale: fp8Scale(tile), tile } : null;
  }
  if (bits === 8) return integer(quantisesActivations ? "int8-w8a8" : "int8-w8a16", 8, group, false);
  return bits === 4 ? integer("int4-w4a16", 4, group, weights.flag("symmetric") === false) : null;
}

/** -1 and null mean that a row is one group. */
function groupSize({ raw }: Fields): number | null {
  const size = raw.group_size ?? raw.q_group_size;
  return typeof size === "number" && Number.isSafeInteger(size) && size > 0 ? size : null;
}

const rowScale: Store["scale"] = { per: "row", size: null, bytes: 4 };
const perTensorFp8: StoredWeight = { precision: "fp8", bytesPerWeight: 1, scale: { per: "tensor", size: null, bytes: 4 }, tile: null };
const fp8Scale = (block: number | null): Store["scale"] => (block === null ? rowScale : { per: "block", size: block, bytes: 4 });

/** Integers in groups with a 16-bit scale each, and a zero point of their own width when they are not symmetric. */
function integer(precision: Precision, bits: number, group: number | null, zeroPoints: boolean): StoredWeight {
  const bytesPerWeight = bits / 8;
  if (group === null) return { precision, bytesPerWeight, scale: rowScale, tile: null };
  return { precision, bytesPerWeight, scale: { per: "group", size: group, bytes: 2 + (zeroPoints ? bits / 8 : 0) }, tile: group };
}

/** 4-bit floats under 8-bit scales: groups of 16 (NVFP4) or 32 (MXFP4), from the OCP microscaling specification. */
const microscaled = (precision: "nvfp4" | "mxfp4"): StoredWeight => ({
  precision,
  bytesPerWeight: 0.5,
  scale: { per: "group", size: precision === "nvfp4" ? 16 : 32, bytes: 1 },
  tile: null,
});

/** The roles of a group, each at the mean of its quantised and its left-out layers. */
function storesOf(weight: StoredWeight, roles: readonly Role[], ignored: readonly string[], numLayers: number): Store[] {
  return roles.flatMap((role): Store[] => {
    const wide = Math.min(1, ignoredShare(role, ignored, numLayers));
    if (wide === 1) return [];
    const scale = { ...weight.scale, bytes: weight.scale.bytes * (1 - wide) };
    return [{ roles: [role], bytesPerWeight: weight.bytesPerWeight * (1 - wide) + 2 * wide, scale }];
  });
}

/** Share of the layers in which a role was left in 16 bits. A name without a layer number stands for all of them. */
function ignoredShare(role: Role, ignored: readonly string[], numLayers: number): number {
  const names = ignored.map(plainName).filter((name) => isWholeLayer(name) || (roleOf(name) === role && isWholeModule(name)));
  // The block that drafts tokens comes after the last layer, or has a name of its own.
  const numbers = names.filter((name) => !name.startsWith("mtp")).map((name) => /layers\.(\d+)/.exec(name)?.[1]);
  if (numbers.includes(undefined)) return 1;
  return new Set(numbers.filter((number) => Number(number) < numLayers)).size / numLayers;
}

/** Without the marks of a pattern: `re:.*self_attn.*`, `model.layers.3.self_attn*`. */
const plainName = (name: string): string =>
  name
    .replace(/^re:/, "")
    .replace(/[\\^$]/g, "")
    .replace(/(\.?\*)+$/, "");

const isWholeLayer = (name: string): boolean => /layers\.\d+$/.test(name);

/** Routers, norms and the small projections of a latent do not leave a role wide; a module or its output projection does. */
const isWholeModule = (name: string): boolean =>
  /(self_attn|linear_attn|attention|attn|mixer|mlp|feed_forward|experts?|block_sparse_moe|o_proj|out_proj|down_proj|w2|down\)_proj)$/.test(
    name,
  );

function roleOf(name: string): Role | null {
  if (/vision|visual|audio|mm_projector|embed|mtp/.test(name)) return null;
  if (/lm_head/.test(name)) return "head";
  if (/self_attn|linear_attn|attention|attn|mixer|mamba/.test(name)) return "attention";
  if (/shared_expert/.test(name)) return "mlp";
  if (/experts|block_sparse_moe/.test(name)) return "expert";
  return /mlp|feed_forward|ffn/.test(name) ? "mlp" : null;
}

/** Checkpoints with calibrated scales for the cache: `auto` then means 8 bits. */
function kvCacheDtype(section: Fields): Quantization["kvCacheDtype"] {
  const scheme = section.section("kv_cache_scheme");
  const isFp8 = scheme?.optionalCount("num_bits") === 8 || section.text("kv_cache_quant_algo") === "FP8";
  return isFp8 ? "fp8" : null;
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

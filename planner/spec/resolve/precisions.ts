import { contradicts } from "../../../catalog/reupload-names.ts";
import type { Model } from "../../../catalog/schema/model.ts";
import { listed } from "../../figures.ts";
import type { Finding } from "../../finding.ts";
import { nativePrecision } from "../../layouts/native-precision.ts";
import type { Precision } from "../../layouts/precision.ts";
import { defaults } from "../defaults.ts";
import type { qualityFloors } from "../schema/workload.ts";
import { assumeDefault, missing, type WorkloadPlace } from "./place.ts";

type QualityFloor = (typeof qualityFloors)[number];

/** Finest first. What is coarser than the floor is not chosen. */
const quality: Readonly<Record<Precision, QualityFloor>> = {
  fp32: "bf16",
  bf16: "bf16",
  fp16: "bf16",
  fp8: "fp8",
  int8: "int8",
  "int8-w8a8": "int8",
  "int8-w8a16": "int8",
  "gguf-q8_0": "int8",
  "bnb-int8": "int8",
  "awq-int4": "int4",
  "gptq-int4": "int4",
  "int4-w4a16": "int4",
  nvfp4: "int4",
  mxfp4: "int4",
  "bnb-nf4": "int4",
  "gguf-q2_k": "int4",
  "gguf-q3_k_s": "int4",
  "gguf-q3_k_m": "int4",
  "gguf-q3_k_l": "int4",
  "gguf-q4_0": "int4",
  "gguf-q4_1": "int4",
  "gguf-q4_k_s": "int4",
  "gguf-q4_k_m": "int4",
  "gguf-iq4_xs": "int4",
  "gguf-iq4_nl": "int4",
  "gguf-q5_0": "int4",
  "gguf-q5_1": "int4",
  "gguf-q5_k_s": "int4",
  "gguf-q5_k_m": "int4",
  "gguf-q6_k": "int4",
};
const qualityOrder: readonly QualityFloor[] = ["bf16", "fp8", "int8", "int4"];
const isAllowed = (precision: Precision, floor: QualityFloor): boolean =>
  qualityOrder.indexOf(quality[precision]) <= qualityOrder.indexOf(floor);

/** What `auto` chooses from, finest first; bf16 stands for the 16-bit formats. */
const automatic: readonly Precision[] = ["bf16", "fp8", "int8-w8a16", "awq-int4", "gptq-int4"];

export function resolvePrecisions(model: Model | null, place: WorkloadPlace): Precision[] {
  const { raw, at, notes } = place;
  const path = at("precision");
  if (raw.precision === undefined) {
    if (!notes.isBroken(path)) notes.error(missing(path, "the precision", "say one such as fp8, a list to choose from, or auto"));
    return [];
  }
  const named = [raw.precision].flat();
  if (named.includes("auto")) return resolveAutomatic(model, named.length > 1, place);
  const precisions = [...new Set(named.filter((name) => name !== "auto"))];
  for (const [index, precision] of precisions.entries()) {
    const copy = model?.copyOf ?? null;
    if (model === null || copy === null || !contradicts(copy.precision, precision)) continue;
    notes.error({
      code: "precision-contradicts-name",
      path: Array.isArray(raw.precision) ? at("precision", index) : path,
      message: `${model.id} holds ${copy.precision} weights by its name (${copy.rule}), and not ${precision}`,
      value: precision,
      limit: copy.precision,
      suggestion: `write precision: ${copy.precision}, or name ${copy.model}`,
    });
  }
  const floor = raw.qualityFloor;
  for (const [index, precision] of precisions.entries()) {
    if (floor === undefined || isAllowed(precision, floor) || precision === model?.nativePrecision) continue;
    const place = Array.isArray(raw.precision) ? at("precision", index) : path;
    notes.error({
      code: "below-quality-floor",
      path: place,
      message: `${precision} is coarser than the quality floor ${floor}`,
      value: precision,
      limit: floor,
      suggestion: "lower qualityFloor or take the precision out",
    });
  }
  return precisions;
}

/** `auto`: what the quality floor allows of a model that generates, and 16 bits for the other tasks. */
function resolveAutomatic(model: Model | null, besideOthers: boolean, { raw, at, notes }: WorkloadPlace): Precision[] {
  const path = at("precision");
  if (besideOthers)
    notes.error({
      code: "contradiction",
      path,
      message: "auto stands beside other precisions",
      suggestion: "write auto alone, or the list without it",
    });
  const floor = raw.qualityFloor ?? defaults.qualityFloor;
  const [precisions, reason] =
    model === null || model.task === "generate"
      ? [automaticPrecisions(model, floor), `auto with the quality floor ${floor}; quantised formats are taken to exist for the model`]
      : [[sixteenBits(model)], `auto for ${model.task}: 16 bits, which no engine quantises further by itself (32 on CPUs)`];
  assumeDefault(notes, path, "precisions", precisions.join(", "), reason);
  if (model?.task === "generate") for (const finding of excludedPrecisions(model, floor, precisions, path)) notes.assume(finding);
  return precisions;
}

/** What `auto` leaves out, and by which rule. */
function excludedPrecisions(model: Model, floor: QualityFloor, chosen: readonly Precision[], path: string): Finding[] {
  // A copy has one format, which was no choice.
  if (model.copyOf !== null) return [];
  const left = automatic.filter((precision) => !chosen.includes(precision));
  const coarse = left.filter((precision) => !isAllowed(precision, floor));
  const wide = left.filter((precision) => isAllowed(precision, floor));
  const excluded = (precisions: readonly Precision[], message: string, suggestion: string): Finding[] =>
    precisions.length === 0 ? [] : [{ code: "precision-excluded", path, message, value: precisions.join(", "), limit: floor, suggestion }];
  return [
    ...excluded(
      coarse,
      `auto leaves out ${listed(coarse)}: coarser than the quality floor ${floor}`,
      "a lower qualityFloor lets them in, where the quality was checked",
    ),
    ...excluded(
      wide,
      `auto leaves out ${listed(wide)}: ${model.id} is published as ${nativePrecision(model)}, and a wider format gains nothing`,
      "name the precision to have it all the same",
    ),
  ];
}

const sixteenBits = (model: Model): Precision => (nativePrecision(model) === "bf16" ? "bf16" : "fp16");

/** A model that was published quantised loses nothing by its own format, and gains nothing by a wider one. */
function automaticPrecisions(model: Model | null, floor: QualityFloor): Precision[] {
  // A copy has one format: the file it is.
  if (model !== null && model.copyOf !== null) return [model.copyOf.precision];
  const native = model === null ? null : nativePrecision(model);
  const finest = native === null ? 0 : qualityOrder.indexOf(quality[native]);
  const chosen = automatic.filter((precision) => isAllowed(precision, floor) && qualityOrder.indexOf(quality[precision]) >= finest);
  return finest > 0 && native !== null && !chosen.includes(native) ? [native, ...chosen] : chosen;
}

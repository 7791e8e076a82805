import type { Finding } from "../planner/finding.ts";
import type { Catalog } from "./catalog.ts";
import { kvCacheOf } from "./kv-cache.ts";
import type { CheckRules } from "./schema/check-rules.ts";
import type { Model } from "./schema/model.ts";

/** Share by which a published total may differ from the sum over the architecture. */
const publishedTolerance = 1e-4;

/** Models whose numbers are at odds with their own architecture. */
export const modelFindings = ({ models, checks }: Catalog): Finding[] =>
  models.flatMap((model) => [
    ...cacheFindings(model),
    ...layerFindings(model),
    ...parameterFindings(model),
    ...weightFindings(model, checks),
  ]);

function cacheFindings(model: Model): Finding[] {
  const computed = kvCacheOf(model);
  if (computed === null) return [];
  return (["perTokenGlobal", "perTokenLocal", "window", "perSequence"] as const).flatMap((field) => {
    if (computed[field] === model.kvCache[field]) return [];
    const message = `is ${model.kvCache[field]}, the architecture says ${computed[field]}`;
    return [
      {
        code: "kv-cache-mismatch",
        path: `models[${model.id}].kvCache.${field}`,
        message,
        value: model.kvCache[field],
        limit: computed[field],
      },
    ];
  });
}

function layerFindings({ id, numLayers, slidingWindow, linearAttention, attention, numAttentionHeads, numKvHeads }: Model): Finding[] {
  const findings: Finding[] = [];
  const path = `models[${id}]`;
  const windowed = slidingWindow === null ? numLayers : slidingWindow.layersGlobal + slidingWindow.layersLocal;
  if (windowed !== numLayers) {
    findings.push({
      code: "layer-count",
      path: `${path}.slidingWindow`,
      message: `${windowed} layers of ${numLayers}`,
      value: windowed,
      limit: numLayers,
    });
  }
  const hybrid = linearAttention === null ? 0 : linearAttention.layers + linearAttention.attentionLayers;
  if (hybrid > numLayers) {
    findings.push({
      code: "layer-count",
      path: `${path}.linearAttention`,
      message: `${hybrid} layers of ${numLayers}`,
      value: hybrid,
      limit: numLayers,
    });
  }
  const expected = numKvHeads === numAttentionHeads ? "mha" : numKvHeads === 1 ? "mqa" : "gqa";
  if (attention !== "mla" && attention !== expected) {
    findings.push({
      code: "attention-kind",
      path: `${path}.attention`,
      message: `is ${attention}, the head counts say ${expected}`,
      value: attention,
    });
  }
  return findings;
}

function parameterFindings(model: Model): Finding[] {
  const path = `models[${model.id}]`;
  const findings = (["parametersActive", "parametersReadPerToken", "parametersLanguage"] as const).flatMap((field): Finding[] => {
    const count = model[field];
    if (count === null || count <= model.parameters) return [];
    return [
      {
        code: "parameter-count",
        path: `${path}.${field}`,
        message: "is above the model's parameters",
        value: count,
        limit: model.parameters,
      },
    ];
  });
  const stated = model.published?.parameters ?? null;
  if (model.published === null || stated === null) return findings;
  const { comparable, parts } = model.published;
  const extra = comparable.map((part) => (part === "mtp" ? (model.mtp?.params ?? 0) : (parts[part] ?? 0)));
  const total = extra.reduce((sum, part) => sum + part, model.parameters);
  if (Math.abs(total / stated - 1) <= publishedTolerance) return findings;
  return [
    ...findings,
    {
      code: "published-parameters",
      path: `${path}.parameters`,
      message: `adds up to ${total}, published are ${stated}`,
      value: total,
      limit: stated,
    },
  ];
}

function weightFindings(model: Model, { weightBytesPerParameter, checkpointRoundingBytes }: CheckRules): Finding[] {
  const { weightBytesNative, checkpointBytes, parameters } = model;
  const bounds = weightBytesPerParameter[model.nativePrecision];
  if (weightBytesNative === null) return [];
  const path = `models[${model.id}].weightBytesNative`;
  const perParameter = weightBytesNative / parameters;
  const findings: Finding[] = [];
  if (bounds !== undefined && (perParameter < bounds[0] || perParameter > bounds[1])) {
    const message = `${perParameter.toFixed(3)} bytes per parameter in ${model.nativePrecision}, expected ${bounds[0]} to ${bounds[1]}`;
    findings.push({ code: "implausible-weights", path, message, value: perParameter, unit: "bytes" });
  }
  if (checkpointBytes !== null && checkpointBytes + checkpointRoundingBytes < weightBytesNative) {
    findings.push({
      code: "checkpoint-too-small",
      path,
      message: "is more than the published files hold",
      value: weightBytesNative,
      limit: checkpointBytes,
    });
  }
  return findings;
}

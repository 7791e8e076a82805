import type { Model } from "../../../../catalog/schema/model.ts";
import { defaults } from "../../defaults.ts";
import type { ResolvedLengths } from "../lengths.ts";
import { assumeDefault, missing, type WorkloadPlace } from "../place.ts";

const tolerance = 0.01;

/**
 * Lengths of an embed or rerank workload: averageContext is all that a request sends, documentsPerRequest texts together. Nothing is
 * generated. Null when the lengths were not said, or said twice and differently.
 */
export function resolveDocuments(model: Model | null, place: WorkloadPlace): ResolvedLengths | null {
  const { raw, at, path, notes } = place;
  const traffic = raw.traffic ?? {};
  refuseAnswers(place);
  const tokens = traffic.inputTokens ?? raw.averageContext;
  if (tokens === undefined) {
    const isSaid = ["averageContext", "traffic"].some((key) => notes.isBroken(at(key)));
    if (!isSaid)
      notes.error(missing(at("averageContext"), "the average context", "give the mean tokens of a request, all its documents together"));
    return null;
  }
  const { averageContext, traffic: { inputTokens } = {} } = raw;
  if (averageContext !== undefined && inputTokens !== undefined && Math.abs(averageContext - inputTokens) > tolerance * averageContext) {
    notes.error({
      code: "lengths-disagree",
      path: at("averageContext"),
      message: `averageContext is ${averageContext} tokens, but traffic.inputTokens is ${inputTokens}`,
      value: averageContext,
      limit: inputTokens,
      unit: "tokens",
      suggestion: "correct one of them, or leave averageContext out",
    });
  }
  const documents = traffic.documentsPerRequest ?? defaults.documentsPerRequest;
  if (traffic.documentsPerRequest === undefined)
    assumeDefault(notes, at("traffic", "documentsPerRequest"), "documents-per-request", documents, "each request is taken as one text");
  checkDocuments(model, tokens, documents, place);
  const p95 = traffic.inputTokensP95 ?? null;
  if (p95 !== null && p95 < tokens) {
    notes.error({
      code: "lengths-disagree",
      path: at("traffic", "inputTokensP95"),
      message: `the 95th percentile, ${p95} tokens, is below the mean of ${tokens}`,
      value: p95,
      limit: tokens,
      unit: "tokens",
    });
  }
  if (p95 === null) {
    notes.assume({
      code: "default-length-spread",
      path,
      message: "how far lengths spread is not known: a coefficient of variation is assumed; traffic.inputTokensP95 says it",
      value: null,
    });
  }
  return {
    inputTokens: tokens,
    outputTokens: 0,
    inputTokensP95: p95,
    lengths: null,
    prefixCacheHitRate: 0,
    documentsPerRequest: documents,
  };
}

function checkDocuments(model: Model | null, tokens: number, documents: number, { raw, at, notes }: WorkloadPlace): void {
  const where = raw.averageContext === undefined ? at("traffic", "inputTokens") : at("averageContext");
  if (tokens < documents) {
    notes.error({
      code: "lengths-disagree",
      path: at("traffic", "documentsPerRequest"),
      message: `${documents} documents do not share ${tokens} tokens: each has at least one`,
      value: documents,
      limit: tokens,
      unit: "documents",
    });
  }
  const each = Math.ceil(tokens / documents);
  if (model === null || each <= model.maxContext) return;
  notes.error({
    code: "context-too-long",
    path: where,
    message: `a document of ${each} tokens is longer than the ${model.maxContext} that ${model.id} takes`,
    value: each,
    limit: model.maxContext,
    unit: "tokens",
    suggestion: "say in traffic.documentsPerRequest how many documents share them, or choose a model with a longer context",
  });
}

/** What only a model that answers has. */
function refuseAnswers({ raw, at, notes }: WorkloadPlace): void {
  for (const key of ["outputTokens", "lengths", "prefixCacheHitRate"] as const) {
    if (raw.traffic?.[key] === undefined) continue;
    notes.error({
      code: "not-of-this-task",
      path: at("traffic", key),
      message: `${key} belongs to the task generate: an embedding model or a reranker reads and writes no text`,
      suggestion: key === "lengths" ? "give inputTokens and inputTokensP95" : "take it out",
    });
  }
}

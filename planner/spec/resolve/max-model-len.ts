import type { Model, Task } from "../../../catalog/schema/model.ts";
import { quantile, type ResolvedLengths } from "./lengths.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";

const shortest = 1024;
/** Quantiles of the standard normal distribution. */
const z95 = 1.6449;
const z99 = 2.3263;
/** p99 of a lognormal distribution in means, by its coefficient of variation: s^2 = ln(1 + cv^2). */
function p99PerMean(variation: number): number {
  const variance = Math.log1p(variation ** 2);
  return Math.exp(z99 * Math.sqrt(variance) - variance / 2);
}

/**
 * The longest request a replica must hold. By default p99 of the lengths, rounded up to a power of two: the value goes into the pod
 * template, and a small change of the demand should not restart every replica.
 */
export function resolveMaxModelLen(
  task: Task,
  asked: ResolvedLengths | null,
  model: Model | null,
  { raw, at, notes, catalog }: WorkloadPlace,
): number {
  const path = at("maxModelLen");
  // Every window of a recording is a request of its own, as long as the decoder can be.
  if (task === "transcribe" && model !== null && raw.maxModelLen === undefined) return model.maxContext;
  const lengths = asked === null ? null : ofOneText(asked);
  const limit = model?.maxContext ?? Number.POSITIVE_INFINITY;
  const mean = lengths === null ? 0 : Math.ceil(lengths.inputTokens + lengths.outputTokens);
  if (raw.maxModelLen !== undefined) {
    if (raw.maxModelLen > limit) {
      notes.error({
        code: "max-model-len-too-long",
        path,
        message: `${raw.maxModelLen} tokens are more than the ${limit} that ${model?.id} takes`,
        value: raw.maxModelLen,
        limit,
        unit: "tokens",
        suggestion: `use ${limit} or less`,
      });
    }
    if (raw.maxModelLen < mean) {
      notes.error({
        code: "max-model-len-too-short",
        path,
        message: `${raw.maxModelLen} tokens do not hold the mean request of ${mean}`,
        value: raw.maxModelLen,
        limit: mean,
        unit: "tokens",
        suggestion: "use at least the longest request, input and output together",
      });
    }
    return raw.maxModelLen;
  }
  if (lengths === null || notes.isBroken(path)) return Math.min(shortest, limit);
  // A document that is too long was reported with the documents.
  if (mean > limit && task !== "generate") return limit;
  if (mean > limit) {
    const where = raw.averageContext === undefined ? at("traffic") : at("averageContext");
    notes.error({
      code: "context-too-long",
      path: where,
      message: `a mean request of ${mean} tokens is longer than the ${limit} that ${model?.id} takes`,
      value: mean,
      limit,
      unit: "tokens",
      suggestion: "choose a model with a longer context",
    });
    return limit;
  }
  const longest = Math.max(mean, longestRequest(lengths, p99PerMean(catalog.serving.requestLengths.variation)));
  const length = Math.min(2 ** Math.ceil(Math.log2(Math.max(shortest, longest))), limit);
  assumeDefault(
    notes,
    path,
    "max-model-len",
    length,
    `99 % of the requests are estimated to stay below ${Math.ceil(longest)} tokens, rounded up to a power of two within the model's limit`,
  );
  return length;
}

/** The texts of a request are read one by one. Recordings have no tokens of their own. */
function ofOneText(lengths: ResolvedLengths): ResolvedLengths {
  const texts = lengths.documentsPerRequest ?? 1;
  const inputTokensP95 = lengths.inputTokensP95 === null ? null : lengths.inputTokensP95 / texts;
  return { ...lengths, inputTokens: lengths.inputTokens / texts, inputTokensP95 };
}

/** p99 of input and output together, in tokens. */
function longestRequest({ inputTokens, outputTokens, inputTokensP95, lengths }: ResolvedLengths, assumedP99: number): number {
  if (lengths !== null)
    return quantile(
      lengths.map((item) => [item.inputTokens + item.outputTokens, item.share]),
      0.99,
    );
  const input = inputTokensP95 === null ? assumedP99 * inputTokens : lognormalP99(inputTokens, inputTokensP95);
  return input + assumedP99 * outputTokens;
}

/** p99 of the lognormal distribution with this mean and p95: ln(p95 / mean) = z95 s - s^2 / 2. */
function lognormalP99(mean: number, p95: number): number {
  const discriminant = z95 ** 2 - 2 * Math.log(Math.max(1, p95 / mean));
  const sigma = z95 - Math.sqrt(Math.max(0, discriminant));
  return mean * Math.exp(z99 * sigma - sigma ** 2 / 2);
}

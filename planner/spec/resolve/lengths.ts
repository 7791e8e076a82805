import { defaults } from "../defaults.ts";
import type { Demand } from "../fleet-spec.ts";
import type { RawWorkload } from "../schema/workload.ts";
import { assumeDefault, missing, type WorkloadPlace } from "./place.ts";

export type ResolvedLengths = Omit<Demand, "requestsPerSecond" | "hourlyRequestsPerSecond">;
type Traffic = NonNullable<RawWorkload["traffic"]>;
type LengthClass = NonNullable<Demand["lengths"]>[number];

/** Figures for the same thing may differ by rounding, no more. */
const tolerance = 0.01;
const shareTolerance = 0.001;
const differ = (a: number, b: number): boolean => Math.abs(a - b) > tolerance * Math.max(a, b);
const readable = (value: number): number => Math.round(value * 1000) / 1000;

/** How long requests are; null when it was not said, or said twice and differently. */
export function resolveLengths(place: WorkloadPlace): ResolvedLengths | null {
  const { raw, at, path, notes } = place;
  const traffic = raw.traffic ?? {};
  const classes = resolveClasses(traffic, place);
  const means = classes === null ? meansWithoutClasses(traffic, place) : meansOfClasses(classes, traffic, place);
  if (means === null) return null;
  const isBroken = notes.isBroken(at("traffic"));
  const sum = readable(means.inputTokens + means.outputTokens);
  if (raw.averageContext !== undefined && differ(raw.averageContext, sum) && !isBroken) {
    notes.error({
      code: "lengths-disagree",
      path: at("averageContext"),
      message: `averageContext is ${raw.averageContext} tokens, but traffic adds up to ${sum}`,
      value: raw.averageContext,
      limit: sum,
      unit: "tokens",
      suggestion: "correct one of them, or leave averageContext out",
    });
  }
  const p95 =
    traffic.inputTokensP95 ??
    (classes === null
      ? null
      : quantile(
          classes.map((item) => [item.inputTokens, item.share]),
          0.95,
        ));
  if (p95 !== null && p95 < means.inputTokens && !isBroken) {
    notes.error({
      code: "lengths-disagree",
      path: at("traffic", "inputTokensP95"),
      message: `the 95th percentile, ${p95} tokens, is below the mean of ${means.inputTokens}`,
      value: p95,
      limit: means.inputTokens,
      unit: "tokens",
    });
  }
  if (p95 === null) {
    notes.assume({
      code: "default-length-spread",
      path,
      message:
        "how far lengths spread is not known: a coefficient of variation is assumed; traffic.inputTokensP95 or traffic.lengths says it",
      value: null,
    });
  }
  if (traffic.prefixCacheHitRate === undefined) {
    assumeDefault(
      notes,
      at("traffic", "prefixCacheHitRate"),
      "prefix-cache-hit-rate",
      defaults.prefixCacheHitRate,
      "no input token is expected in the prefix cache",
    );
  }
  return { ...means, inputTokensP95: p95, lengths: classes, prefixCacheHitRate: traffic.prefixCacheHitRate ?? defaults.prefixCacheHitRate };
}

type Means = Pick<Demand, "inputTokens" | "outputTokens">;

function meansWithoutClasses(traffic: Traffic, { raw, at, notes }: WorkloadPlace): Means | null {
  const { inputTokens, outputTokens } = traffic;
  if (inputTokens !== undefined && outputTokens !== undefined) return { inputTokens, outputTokens };
  const context = raw.averageContext;
  if (context === undefined) {
    const isSaid = ["averageContext", "traffic"].some((key) => notes.isBroken(at(key))) || raw.averageAudioSeconds !== undefined;
    if (!isSaid)
      notes.error(
        missing(
          at("averageContext"),
          "the average context",
          "give the mean tokens of a request, input and output together, or both lengths under traffic",
        ),
      );
    return null;
  }
  const given = inputTokens ?? outputTokens;
  if (given !== undefined && given > context - 1) {
    const key = inputTokens === undefined ? "outputTokens" : "inputTokens";
    notes.error({
      code: "lengths-disagree",
      path: at("traffic", key),
      message: `${key} is ${given}, which leaves no token of the averageContext of ${context}`,
      value: given,
      limit: context,
      unit: "tokens",
    });
    return null;
  }
  if (inputTokens !== undefined) return { inputTokens, outputTokens: readable(context - inputTokens) };
  if (outputTokens !== undefined) return { inputTokens: readable(context - outputTokens), outputTokens };
  const input = Math.min(Math.round(context * defaults.inputShare), context - 1);
  assumeDefault(
    notes,
    at("traffic"),
    "token-split",
    `${input} in, ${readable(context - input)} out`,
    "averageContext is split 75 % / 25 %",
  );
  return { inputTokens: input, outputTokens: readable(context - input) };
}

function resolveClasses(traffic: Traffic, { at, notes }: WorkloadPlace): readonly LengthClass[] | null {
  const classes = traffic.lengths ?? [];
  if (classes.length === 0) return null;
  const sum = readable(classes.reduce((total, { share }) => total + share, 0));
  if (Math.abs(sum - 1) > shareTolerance && !notes.isBroken(at("traffic", "lengths"))) {
    notes.error({
      code: "shares-do-not-add-up",
      path: at("traffic", "lengths"),
      message: `the shares add up to ${sum}, not to 1`,
      value: sum,
      limit: 1,
      unit: "share",
    });
  }
  return classes;
}

function meansOfClasses(classes: readonly LengthClass[], traffic: Traffic, { at, notes }: WorkloadPlace): Means {
  const mean = (key: "inputTokens" | "outputTokens"): number =>
    readable(classes.reduce((total, item) => total + item.share * item[key], 0));
  const means = { inputTokens: mean("inputTokens"), outputTokens: mean("outputTokens") };
  for (const key of ["inputTokens", "outputTokens"] as const) {
    const given = traffic[key];
    if (given === undefined || !differ(given, means[key])) continue;
    notes.error({
      code: "lengths-disagree",
      path: at("traffic", key),
      message: `${key} is ${given}, but the mean of traffic.lengths is ${means[key]}`,
      value: given,
      limit: means[key],
      unit: "tokens",
    });
  }
  return means;
}

/** The smallest value below or at which at least `level` of the requests lie. */
export function quantile(points: readonly (readonly [value: number, share: number])[], level: number): number {
  let below = 0;
  let last = 0;
  for (const [value, share] of points.toSorted(([a], [b]) => a - b)) {
    below += share;
    last = value;
    if (below >= level - 1e-9) return value;
  }
  return last;
}

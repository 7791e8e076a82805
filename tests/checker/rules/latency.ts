import type { LatencySummary, ServingPoint } from "../../../planner/performance/serving-point.ts";
import type { Slo } from "../../../planner/spec/fleet-spec.ts";
import { allPlaced, isNear, type Placed, type Rule } from "../subject.ts";

/** The prediction at the planned load is possible, and inside the SLO. */
export const latenciesHold: Rule = (subject) =>
  allPlaced(subject).flatMap((placed) =>
    [...predictionIsPossible(placed), ...sloIsKept(placed)].map((text) => `deployment ${placed.deployment.name}: ${text}`),
  );

/** Milliseconds are printed results of sums and products. */
const tolerance = 1 + 1e-9;

/** The mean may lie below the median: the time to read a prompt that meets all experts grows little with its length. */
/** Where hardly anybody waits, those who do are in the mean and beyond the 99th percentile: by Pollaczek and Khinchine they add about the utilization. */
const isOrdered = ({ mean, p50, p95, p99 }: LatencySummary, utilization: number): boolean =>
  mean > 0 && p50 > 0 && p50 <= p95 * tolerance && p95 <= p99 * tolerance && mean <= p99 * (tolerance + utilization);

function predictionIsPossible({ deployment, asked }: Placed): string[] {
  const { predicted } = deployment;
  const load = deployment.plannedRequestsPerSecondPerReplica;
  const complaints: string[] = [];
  if (!predicted.fits || predicted.finding !== null) complaints.push("the prediction says that the load does not fit");
  const summaries = [
    predicted.ttftMs,
    ...(asked.demand.outputTokens > 0 ? [predicted.tpotMs] : []),
    ...(predicted.latencyMs ? [predicted.latencyMs] : []),
  ];
  if (!summaries.every((summary) => isOrdered(summary, predicted.utilization))) complaints.push("percentiles are out of order");
  complaints.push(...taskFigures(predicted, asked, load));
  if (!isNear(predicted.requestsPerSecond, load, load * 1e-6))
    complaints.push(`the prediction is for ${predicted.requestsPerSecond} requests/s, not ${load}`);
  const output = load * asked.demand.outputTokens;
  if (!isNear(predicted.outputTokensPerSecond, output, output * 1e-6)) complaints.push("output tokens are not requests x tokens");
  if (!(predicted.utilization > 0 && predicted.utilization <= 1)) complaints.push(`utilization is ${predicted.utilization}`);
  const { interval90 } = predicted;
  const inside = ([low, high]: readonly [number, number], value: number): boolean => low <= value * tolerance && value <= high * tolerance;
  const around =
    inside(interval90.ttftMs, predicted.ttftMs.mean) &&
    inside(interval90.tpotMs, predicted.tpotMs.mean) &&
    inside(interval90.outputTokensPerSecond, predicted.outputTokensPerSecond);
  if (!around) complaints.push("an interval does not hold its own prediction");
  return complaints;
}

/** What the tasks that generate no text are asked for: tokens read and the whole answer, or audio and its share of real time. */
function taskFigures(predicted: ServingPoint, { task, demand }: Placed["asked"], load: number): string[] {
  const near = (value: number | undefined, expected: number): boolean => value !== undefined && isNear(value, expected, expected * 1e-6);
  switch (task) {
    case "generate":
      return predicted.latencyMs === undefined ? [] : ["a figure of another task"];
    case "embed":
    case "rerank":
      return near(predicted.tokensPerSecond, load * demand.inputTokens) && predicted.latencyMs?.p95 === predicted.ttftMs.p95
        ? []
        : ["tokens read are not requests x tokens, or the latency is not that of the whole answer"];
    case "transcribe": {
      const seconds = demand.audioSeconds ?? 0;
      const factor = (predicted.latencyMs?.mean ?? 0) / 1e3 / seconds;
      return near(predicted.audioSecondsPerSecond, load * seconds) && near(predicted.realTimeFactor, factor)
        ? []
        : ["audio is not requests x seconds, or the real-time factor is not the latency's"];
    }
  }
}

const figures: Readonly<
  Record<Exclude<keyof Slo, "e2eP95Ms" | "latencyP95Ms" | "realTimeFactor">, readonly ["ttftMs" | "tpotMs", keyof LatencySummary]>
> = {
  ttftMeanMs: ["ttftMs", "mean"],
  ttftP50Ms: ["ttftMs", "p50"],
  ttftP95Ms: ["ttftMs", "p95"],
  ttftP99Ms: ["ttftMs", "p99"],
  tpotMeanMs: ["tpotMs", "mean"],
  tpotP50Ms: ["tpotMs", "p50"],
  tpotP95Ms: ["tpotMs", "p95"],
  tpotP99Ms: ["tpotMs", "p99"],
};

function sloIsKept({ asked, deployment }: Placed): string[] {
  const { predicted } = deployment;
  const broken = Object.entries(figures).flatMap(([key, [metric, figure]]) => {
    const limit = asked.slo[key as keyof typeof figures];
    const value = predicted[metric][figure];
    return limit !== undefined && value > limit * tolerance ? [`${key} is ${value}, above ${limit}`] : [];
  });
  const { latencyP95Ms, realTimeFactor } = asked.slo;
  const p95 = predicted.latencyMs?.p95 ?? Number.POSITIVE_INFINITY;
  if (latencyP95Ms !== undefined && p95 > latencyP95Ms * tolerance) broken.push(`the latency's p95 is ${p95}, above ${latencyP95Ms}`);
  const factor = p95 / 1e3 / (asked.demand.audioSeconds ?? 1);
  if (realTimeFactor !== undefined && factor > realTimeFactor * tolerance)
    broken.push(`the real-time factor is ${factor}, above ${realTimeFactor}`);
  // The mean of a sum is the sum of the means, and a 95th percentile lies above the mean of anything that is not wildly skewed.
  const mean = predicted.ttftMs.mean + (asked.demand.outputTokens - 1) * predicted.tpotMs.mean;
  const limit = asked.slo.e2eP95Ms;
  return limit !== undefined && mean > limit ? [...broken, `the mean answer takes ${mean} ms, above e2eP95Ms ${limit}`] : broken;
}

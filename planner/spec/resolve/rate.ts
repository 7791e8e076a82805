import { hoursPerMonth } from "../../units.ts";
import { defaults } from "../defaults.ts";
import type { Demand, Slo } from "../fleet-spec.ts";
import { rateInWindow, resolveBatch } from "./batch.ts";
import { callsOf } from "./calls.ts";
import type { ResolvedLengths } from "./lengths.ts";
import { assumeDefault, missing, type WorkloadPlace } from "./place.ts";

const secondsPerHour = 3600;
const hoursPerDay = 24;
const tolerance = 0.01;
const waysToSay = ["qps", "requestsPerMonth", "requestsPerDay", "concurrentUsers", "batch", "callsFrom"] as const;

export type Rate = Pick<Demand, "requestsPerSecond" | "hourlyRequestsPerSecond" | "batch" | "callsFrom">;

/**
 * Requests per second at the busiest hour, however it was said; null when it was not, or in several ways at once. What others call has no
 * rate before theirs are known: it is 0 here.
 */
export function resolveRate(lengths: ResolvedLengths | null, slo: Slo, place: WorkloadPlace): Rate | null {
  const { raw, at, notes } = place;
  const hourly = resolveHours(place);
  const said = waysToSay.filter((way) => raw[way] !== undefined);
  if (said.length > 1) {
    const [first, second] = said;
    notes.error({
      code: "contradiction",
      path: at(second ?? "qps"),
      message: `the demand is given twice, as ${said.join(" and as ")}`,
      suggestion: `keep ${first} or ${second}`,
    });
    return null;
  }
  checkCompanions(place);
  if (hourly !== null && (raw.batch !== undefined || raw.callsFrom !== undefined)) {
    notes.error({
      code: "contradiction",
      path: at("traffic", "hourlyRequestsPerSecond"),
      message: raw.batch !== undefined ? "work that may wait has no hours of its own" : "its hours come from the workloads that call it",
      suggestion: "take it out",
    });
    return null;
  }
  if (raw.callsFrom !== undefined) return { requestsPerSecond: 0, hourlyRequestsPerSecond: null, callsFrom: callsOf(raw) };
  if (raw.batch !== undefined) {
    const batch = resolveBatch(lengths, place);
    return batch === null ? null : { requestsPerSecond: rateInWindow(batch), hourlyRequestsPerSecond: null, batch };
  }
  if (said.length === 0) {
    if (hourly !== null) return { requestsPerSecond: Math.max(...hourly), hourlyRequestsPerSecond: hourly };
    const isSaid = [...waysToSay, "traffic"].some((way) => notes.isBroken(at(way)));
    if (!isSaid) notes.error(missing(at("qps"), "the demand", "give qps, requestsPerDay, requestsPerMonth or concurrentUsers"));
    return null;
  }
  const requestsPerSecond = peakRate(lengths, slo, place);
  if (requestsPerSecond === null) return null;
  if (hourly !== null) checkAgainstHours(requestsPerSecond, hourly, said[0] ?? "qps", place);
  return { requestsPerSecond, hourlyRequestsPerSecond: hourly };
}

function peakRate(lengths: ResolvedLengths | null, slo: Slo, place: WorkloadPlace): number | null {
  const { raw, at, notes } = place;
  if (raw.qps !== undefined) return raw.qps;
  if (raw.concurrentUsers !== undefined) return rateOfUsers(raw.concurrentUsers, lengths, slo, place);
  const perHour =
    raw.requestsPerDay !== undefined
      ? raw.requestsPerDay / hoursPerDay
      : raw.requestsPerMonth !== undefined
        ? raw.requestsPerMonth / hoursPerMonth
        : null;
  if (perHour === null) return null;
  if (raw.peakFactor === undefined)
    assumeDefault(notes, at("peakFactor"), "peak-factor", defaults.peakFactor, "the busiest hour has twice the requests of the mean hour");
  return (perHour / secondsPerHour) * (raw.peakFactor ?? defaults.peakFactor);
}

/**
 * Interactive response time law: rate = users / (response time + think time). The response time is taken as half the p95 targets, so
 * that the fleet also serves users who get their answers sooner than the SLO demands and come back sooner.
 */
function rateOfUsers(users: number, lengths: ResolvedLengths | null, slo: Slo, { raw, at, notes }: WorkloadPlace): number | null {
  if (lengths === null) return null;
  const think = raw.thinkTimeSeconds ?? defaults.thinkTimeSeconds;
  if (raw.thinkTimeSeconds === undefined)
    assumeDefault(notes, at("thinkTimeSeconds"), "think-time", think, "each user sends the next request as soon as an answer is there");
  const slowestMs = slowestAnswerMs(lengths, slo);
  const responseSeconds = slowestMs / 2 / 1000;
  const rate = users / (responseSeconds + think);
  notes.assume({
    code: "default-response-time",
    path: at("concurrentUsers"),
    message: `an answer is taken to last ${responseSeconds.toFixed(1)} s, half of what the SLO allows, so ${users} users send ${rate.toFixed(2)} requests per second`,
    value: responseSeconds,
    unit: "seconds",
  });
  return rate;
}

function slowestAnswerMs({ outputTokens, audioSeconds, documentsPerRequest }: ResolvedLengths, slo: Slo): number {
  if (audioSeconds !== undefined) return audioSeconds * (slo.realTimeFactor ?? defaults.realTimeFactor) * 1000;
  if (documentsPerRequest !== undefined) return slo.latencyP95Ms ?? defaults.latencyP95Ms;
  return slo.e2eP95Ms ?? (slo.ttftP95Ms ?? defaults.ttftP95Ms) + outputTokens * (slo.tpotP95Ms ?? defaults.tpotP95Ms);
}

/** Factors that belong to a way of saying the demand which was not used. */
function checkCompanions({ raw, at, notes }: WorkloadPlace): void {
  if (raw.peakFactor !== undefined && raw.requestsPerDay === undefined && raw.requestsPerMonth === undefined) {
    notes.error({
      code: "contradiction",
      path: at("peakFactor"),
      message: "peakFactor is only for requestsPerDay and requestsPerMonth",
      suggestion: "take it out; qps is the busiest hour already",
    });
  }
  if (raw.thinkTimeSeconds !== undefined && raw.concurrentUsers === undefined) {
    notes.error({
      code: "contradiction",
      path: at("thinkTimeSeconds"),
      message: "thinkTimeSeconds is only for concurrentUsers",
      suggestion: "take it out",
    });
  }
}

function resolveHours({ raw, at, notes }: WorkloadPlace): readonly number[] | null {
  const hourly = raw.traffic?.hourlyRequestsPerSecond ?? [];
  if (hourly.length === 0 || notes.isBroken(at("traffic", "hourlyRequestsPerSecond"))) return null;
  if (hourly.length === hoursPerDay) return hourly;
  notes.error({
    code: "wrong-length",
    path: at("traffic", "hourlyRequestsPerSecond"),
    message: `expected 24 values, one for each hour, found ${hourly.length}`,
    value: hourly.length,
    limit: hoursPerDay,
    unit: "values",
  });
  return null;
}

function checkAgainstHours(rate: number, hourly: readonly number[], way: string, { at, notes }: WorkloadPlace): void {
  const busiest = Math.max(...hourly);
  if (Math.abs(rate - busiest) <= tolerance * Math.max(rate, busiest)) return;
  const shown = Math.round(rate * 1000) / 1000;
  notes.error({
    code: "demand-disagrees",
    path: at(way),
    message: `${way} makes ${shown} requests per second, but the busiest of traffic.hourlyRequestsPerSecond has ${busiest}`,
    value: shown,
    limit: busiest,
    unit: "requests per second",
    suggestion: "correct one of them, or leave qps out",
  });
}

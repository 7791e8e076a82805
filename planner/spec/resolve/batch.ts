import type { Demand } from "../fleet-spec.ts";
import type { ResolvedLengths } from "./lengths.ts";
import type { WorkloadPlace } from "./place.ts";

const secondsPerHour = 3600;
const ways = ["tokensPerDay", "requestsPerDay", "audioHoursPerDay"] as const;

/** A day's work and its window; null when it was not said, or in several ways at once. */
export function resolveBatch(lengths: ResolvedLengths | null, place: WorkloadPlace): NonNullable<Demand["batch"]> | null {
  const { raw, at, notes } = place;
  const { batch } = raw;
  if (batch === undefined) return null;
  const said = ways.filter((way) => batch[way] !== undefined);
  if (said.length !== 1) {
    if (ways.some((way) => notes.isBroken(at("batch", way)))) return null;
    notes.error({
      code: said.length === 0 ? "missing" : "contradiction",
      path: at("batch"),
      message: said.length === 0 ? "the day's work is missing" : `the day's work is given twice, as ${said.join(" and as ")}`,
      suggestion: "give one of tokensPerDay, requestsPerDay and audioHoursPerDay",
    });
    return null;
  }
  const requestsPerDay = dailyRequests(lengths, place);
  return requestsPerDay === null ? null : { requestsPerDay, finishWithinHours: batch.finishWithinHours };
}

function dailyRequests(lengths: ResolvedLengths | null, { raw, at, notes }: WorkloadPlace): number | null {
  const { batch, averageAudioSeconds } = raw;
  if (batch?.requestsPerDay !== undefined) return batch.requestsPerDay;
  if (batch?.tokensPerDay !== undefined) return lengths === null ? null : batch.tokensPerDay / (lengths.inputTokens + lengths.outputTokens);
  if (batch?.audioHoursPerDay === undefined) return null;
  if (averageAudioSeconds !== undefined) return (batch.audioHoursPerDay * secondsPerHour) / averageAudioSeconds;
  if (!notes.isBroken(at("averageAudioSeconds")))
    notes.error({
      code: "missing",
      path: at("batch", "audioHoursPerDay"),
      message: "hours of audio make requests only with averageAudioSeconds, which is missing",
      suggestion: "give averageAudioSeconds, or requestsPerDay",
    });
  return null;
}

/** Requests per second while the window lasts: the work spread evenly over it. */
export const rateInWindow = ({ requestsPerDay, finishWithinHours }: NonNullable<Demand["batch"]>): number =>
  requestsPerDay / (finishWithinHours * secondsPerHour);

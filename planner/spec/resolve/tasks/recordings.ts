import { defaults } from "../../defaults.ts";
import type { ResolvedLengths } from "../lengths.ts";
import { assumeDefault, missing, type WorkloadPlace } from "../place.ts";

/** Lengths of a transcribe workload: recordings in seconds, transcripts in tokens. Null when the recordings' length was not said. */
export function resolveRecordings(place: WorkloadPlace): ResolvedLengths | null {
  const { raw, at, notes, catalog } = place;
  for (const key of ["inputTokens", "inputTokensP95", "lengths", "prefixCacheHitRate"] as const) {
    if (raw.traffic?.[key] === undefined) continue;
    notes.error({
      code: "not-of-this-task",
      path: at("traffic", key),
      message: `${key} is not for transcribe: its input is audio`,
      suggestion: "give averageAudioSeconds, and traffic.outputTokens for the tokens of a transcript",
    });
  }
  if (raw.averageContext !== undefined) {
    notes.error({
      code: "not-of-this-task",
      path: at("averageContext"),
      message: "averageContext is not for transcribe: its input is audio",
      suggestion: "give averageAudioSeconds instead",
    });
  }
  const seconds = raw.averageAudioSeconds;
  if (seconds === undefined) {
    if (!notes.isBroken(at("averageAudioSeconds")))
      notes.error(missing(at("averageAudioSeconds"), "the length of a recording", "give the mean seconds of audio of a request"));
    return null;
  }
  const { tokensPerAudioSecond } = catalog.taskPerformance.transcription;
  const tokens = raw.traffic?.outputTokens ?? Math.max(1, Math.round(seconds * tokensPerAudioSecond.value));
  if (raw.traffic?.outputTokens === undefined) {
    assumeDefault(
      notes,
      at("traffic", "outputTokens"),
      "transcript-tokens",
      tokens,
      `${tokensPerAudioSecond.value} tokens for a second of speech (${tokensPerAudioSecond.source})`,
    );
  }
  return {
    inputTokens: 0,
    outputTokens: tokens,
    inputTokensP95: null,
    lengths: null,
    prefixCacheHitRate: defaults.prefixCacheHitRate,
    audioSeconds: seconds,
  };
}

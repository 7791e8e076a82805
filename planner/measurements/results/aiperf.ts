import { given, isJson, type Json, numberIn, objectIn, type ResultReader, textIn, unusable } from "./benchmark-result.ts";

/**
 * `profile_export_aiperf.json` of AIPerf and `profile_export_genai_perf.json` of GenAI-Perf: each figure an object with its unit and
 * statistics, the command's own settings under `input_config`.
 */
export const readAiperfResult: ResultReader = (profile) => {
  const latency = objectIn(profile, "inter_token_latency");
  const output = objectIn(profile, "output_token_throughput");
  if (Object.keys(latency).length === 0 && Object.keys(output).length === 0) return null;
  const settings = objectIn(profile, "input_config");
  const load = loadOf(settings);
  if (load === null) {
    return unusable("input_config", "the profile does not say how requests were sent", "give --concurrency or --qps");
  }
  return {
    tool: "aiperf",
    fields: {
      ...given({
        model: modelOf(settings),
        inputTokens: mean(profile, "input_sequence_length"),
        outputTokens: mean(profile, "output_sequence_length"),
      }),
      ...load,
    },
    measured: given({
      ttftMs: milliseconds(objectIn(profile, "time_to_first_token")),
      tpotMs: milliseconds(latency),
      outputTokensPerSecond: numberIn(output, "avg"),
    }),
    notes: [],
  };
};

const mean = (profile: Json, key: string): number | undefined => numberIn(objectIn(profile, key), "avg");

const perSecond: Readonly<Record<string, number>> = { s: 1000, sec: 1000, seconds: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** Its mean; without a unit the tools mean milliseconds. */
function milliseconds(figure: Json): number | undefined {
  const value = numberIn(figure, "avg");
  return value === undefined ? undefined : value * (perSecond[textIn(figure, "unit") ?? "ms"] ?? 1);
}

function modelOf(settings: Json): string | undefined {
  const names = objectIn(settings, "endpoint").model_names ?? settings.model_names ?? settings.model;
  const [first] = [names].flat();
  return typeof first === "string" ? first : undefined;
}

/** AIPerf keeps the load under `loadgen`, GenAI-Perf under `perf_analyzer.stimulus` or beside everything else. */
function loadOf(settings: Json): { concurrency: number } | { qps: number } | null {
  const places = [objectIn(settings, "loadgen"), objectIn(objectIn(settings, "perf_analyzer"), "stimulus"), settings].filter(isJson);
  for (const place of places) {
    const qps = numberIn(place, "request_rate");
    if (qps !== undefined) return { qps };
    const concurrency = numberIn(place, "concurrency");
    if (concurrency !== undefined) return { concurrency };
  }
  return null;
}

import type { Finding } from "../../finding.ts";
import { type BenchmarkFields, type Json, numberIn, unusable } from "./benchmark-result.ts";

/** What vLLM's and SGLang's clients say in the same words: they have one ancestor, vLLM's `benchmark_serving.py`. */
interface ClientRun {
  readonly fields: Pick<BenchmarkFields, "inputTokens" | "outputTokens" | "concurrency" | "qps" | "batch">;
  readonly notes: readonly Finding[];
}

/** The rate that came out is the one that was asked for, up to the ends of the run. */
const keptUp = 0.9;
/** Fewer rounds than these, and start and end are a large part of a closed loop. */
const fewRounds = 4;

/** Lengths and load of a run of such a client, or why there is nothing to learn from it. */
export function clientRun(result: Json): ClientRun | Finding {
  const completed = numberIn(result, "completed") ?? 0;
  const input = numberIn(result, "total_input_tokens");
  const output = numberIn(result, "total_output_tokens");
  if (completed < 1 || input === undefined || output === undefined || output <= 0) {
    return unusable("completed", "no request was answered, or the tokens were not counted", "run the benchmark again");
  }
  const asked = numberIn(result, "num_prompts") ?? completed;
  const load = loadOf(result, completed);
  return {
    fields: { inputTokens: rounded(input / completed), outputTokens: rounded(output / completed), ...load },
    notes: [...failures(completed, asked), ...shortRun(completed, load.concurrency)],
  };
}

type Load = Pick<BenchmarkFields, "concurrency" | "qps" | "batch">;

/**
 * `request_rate` is "inf" when requests were not held back, and then `max_concurrency` is a closed loop; without either, all of them came
 * at once. With both, the one that held requests back is the load.
 */
function loadOf(result: Json, completed: number): Load {
  const rate = numberIn(result, "request_rate");
  const clients = numberIn(result, "max_concurrency");
  if (rate === undefined || rate <= 0) return clients === undefined ? { batch: completed } : { concurrency: clients };
  const served = numberIn(result, "request_throughput") ?? rate;
  return clients !== undefined && served < keptUp * rate ? { concurrency: clients } : { qps: rate };
}

const failures = (completed: number, asked: number): Finding[] =>
  completed >= asked
    ? []
    : [
        {
          code: "failed-requests",
          path: "completed",
          message: `${asked - completed} of ${asked} requests failed`,
          value: completed,
          limit: asked,
          unit: "requests",
          suggestion: "look into the server's log: a server that fails is not the one that was planned",
        },
      ];

function shortRun(completed: number, concurrency: number | undefined): Finding[] {
  if (concurrency === undefined || concurrency <= 1 || completed >= fewRounds * concurrency) return [];
  return [
    {
      code: "short-run",
      path: "num_prompts",
      message: `${completed} requests with ${concurrency} at any time: start and end are a large part of the run`,
      value: completed,
      limit: fewRounds * concurrency,
      unit: "requests",
      suggestion: `send ${fewRounds * concurrency} or more`,
    },
  ];
}

export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The client's latencies in the words of a measurement line. */
export const clientLatencies = (result: Json) => ({
  ttftMs: numberIn(result, "mean_ttft_ms"),
  tpotMs: numberIn(result, "mean_tpot_ms"),
  outputTokensPerSecond: numberIn(result, "output_throughput"),
});

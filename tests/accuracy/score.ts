import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { batchDrain } from "../../planner/performance/burst.ts";
import { loadTable } from "../../planner/performance/load-table.ts";
import { decodeStepSeconds, prefillSeconds } from "../../planner/performance/prefill.ts";
import { queueAt, ttftMean, ttftQuantile } from "../../planner/performance/queueing.ts";
import { type RequestService, requestService } from "../../planner/performance/request-service.ts";
import { closedLoop, loadedTpotSeconds, maxRequestsPerSecond, saturated } from "../../planner/performance/steady-state.ts";
import type { MeasuredRow } from "./measured-row.ts";
import type { RowCase } from "./row-replica.ts";

export const scoredMetrics = [
  "tpot",
  "tpotOpen",
  "tpotSingle",
  "tpotBurst",
  "ttft",
  "ttftBurst",
  "prefill",
  "maxOutput",
  "saturatedOutput",
  "staticBatch",
  "singleStreamOutput",
] as const;
export type ScoredMetric = (typeof scoredMetrics)[number];

/** One published figure: milliseconds or tokens per second. */
export interface Figure {
  readonly metric: ScoredMetric;
  readonly measured: number;
}

/** A figure beside its prediction. */
export interface Score {
  readonly metric: ScoredMetric;
  readonly row: MeasuredRow;
  readonly gpuFamily: string;
  readonly predicted: number;
  readonly measured: number;
}

/** What of a row is scored, said from the row and its memory alone. */
export function figuresOf(rowCase: RowCase): readonly Figure[] {
  const { row } = rowCase;
  const figures: Figure[] = [];
  const add = (metric: ScoredMetric, measured: number | undefined): void => {
    if (measured !== undefined && measured > 0) figures.push({ metric, measured });
  };
  const kind = kindOf(row);
  switch (kind) {
    case "prefill":
      add("prefill", row.ttft_ms);
      break;
    case "unlimited":
      add("maxOutput", row.output_tok_s);
      break;
    case "flooded":
      add("saturatedOutput", row.output_tok_s);
      break;
    case "slo":
      add("maxOutput", row.output_tok_s);
      break;
    case "running":
      // Over half of the steps carry prefill: a median between two tokens is then no mean.
      if (perReplica(rowCase) / rowCase.lengths.outputTokens <= 0.5) add("tpot", row.tpot_ms);
      add("saturatedOutput", row.output_tok_s);
      break;
    case "open":
      if (keepsUp(rowCase)) {
        add("tpotOpen", row.tpot_ms);
        add("ttft", row.ttft_ms);
      } else add("saturatedOutput", row.output_tok_s);
      break;
    case "closed":
      add("tpot", row.tpot_ms);
      if (hasRoom(rowCase)) add("ttft", row.ttft_ms);
      if (row.mode === "max-throughput-offline") add("maxOutput", row.output_tok_s);
      break;
    case "single":
      add("tpotSingle", row.tpot_ms);
      if (row.load_kind === "concurrency") add("ttft", row.ttft_ms);
      if (row.tpot_ms === undefined) add("singleStreamOutput", row.output_tok_s);
      break;
    case "burst":
      add(row.mode === "static-batch" ? "staticBatch" : "maxOutput", row.output_tok_s);
      add("tpotBurst", row.tpot_ms);
      add("ttftBurst", row.ttft_ms);
  }
  return figures;
}

/** The same figures as predicted, by the code that the planner and `gpufleet estimate` use. */
export function predict(rowCase: RowCase, constants: StepTimeConstants): Partial<Record<ScoredMetric, number>> {
  const { row, lengths, copies } = rowCase;
  const service = requestService({ ...rowCase.replica, constants }, lengths);
  if (service.maxRunning < 1) return {};
  const load = perReplica(rowCase);
  const output = (requestsPerSecond: number): number => requestsPerSecond * service.outputTokens * copies;
  switch (kindOf(row)) {
    case "prefill":
      return { prefill: prefillSeconds(service) * 1e3 };
    case "unlimited":
      return { maxOutput: output(saturated(service).requestsPerSecond) };
    case "flooded":
      return { saturatedOutput: output(maxRequestsPerSecond(service)) };
    case "slo":
      return { maxOutput: sloOutput(service, row) * copies };
    case "running":
      return {
        tpot: decodeStepSeconds(service, load) * 1e3,
        saturatedOutput: (load / loadedTpotSeconds(service, load)) * copies,
      };
    case "open": {
      const limit = maxRequestsPerSecond(service);
      // A replica that keeps up with what the model thinks too much is predicted at the edge.
      const queue = queueAt(loadTable(service), Math.min(load, 0.97 * limit));
      if (queue === null) return {};
      const ttft = isMedian(row) ? ttftQuantile(queue, 0.5) : ttftMean(queue);
      return { tpotOpen: queue.tpotMean * 1e3, ttft: ttft * 1e3, saturatedOutput: output(Math.min(load, limit)) };
    }
    case "closed": {
      const state = closedLoop(service, Math.max(1, load));
      return { tpot: state.tpotSeconds * 1e3, ttft: state.ttftSeconds * 1e3, maxOutput: output(state.requestsPerSecond) };
    }
    case "single": {
      const state = closedLoop(service, 1);
      return {
        tpotSingle: state.tpotSeconds * 1e3,
        ttft: state.ttftSeconds * 1e3,
        singleStreamOutput: state.requestsPerSecond * service.outputTokens,
      };
    }
    case "burst": {
      const { drainSeconds, tpotSeconds, ttftSeconds } = batchDrain(service, load, longestOverMean(row));
      const rate = load / drainSeconds;
      return { staticBatch: output(rate), maxOutput: output(rate), tpotBurst: tpotSeconds * 1e3, ttftBurst: ttftSeconds * 1e3 };
    }
  }
}

type RowKind = "prefill" | "unlimited" | "flooded" | "slo" | "running" | "open" | "closed" | "single" | "burst";

/** How the requests reached the engine. */
export function kindOf(row: MeasuredRow): RowKind {
  if (row.mode === "prefill-only" || (row.output_tokens ?? 2) <= 1) return "prefill";
  const unlimited = row.load_kind === "unbounded" || (row.load_kind === "batch" && row.concurrency_or_qps === undefined);
  if (unlimited) return row.mode === "online-saturated" ? "flooded" : "unlimited";
  if (row.mode === "online-slo") return "slo";
  if (row.load_kind === "avg_batch") return "running";
  if (row.load_kind === "qps") return "open";
  if (row.mode === "single-stream" || (row.concurrency_or_qps ?? 1) <= 1) return "single";
  return row.load_kind === "concurrency" && row.mode !== "static-batch" ? "closed" : "burst";
}

/** Clients, requests or requests per second that one replica sees; some runs have fewer requests than clients. */
function perReplica({ row, copies }: RowCase): number {
  const requests = Number(/at most (\d+) prompts/.exec(row.note)?.[1] ?? Number.POSITIVE_INFINITY);
  return Math.min(row.concurrency_or_qps ?? 1, requests) / copies;
}

const isMedian = ({ latency_stat }: MeasuredRow): boolean => latency_stat === "p50" || latency_stat === "median";

/** All clients' sequences fit the cache at once: what is left of it is 10 % or more. */
function hasRoom(rowCase: RowCase): boolean {
  const { memory } = rowCase.replica;
  const { inputTokens, outputTokens } = rowCase.lengths;
  return perReplica(rowCase) * memory.kvBytesPerSequence(inputTokens + outputTokens) <= 0.9 * memory.kvCacheBytes;
}

/** Random arrivals were answered as fast as they came: so says the harness, or the output rate. */
function keepsUp({ row, lengths }: RowCase): boolean {
  if (/sla_met=/.test(row.note)) return row.note.includes("sla_met=True");
  if (row.output_tok_s === undefined) return true;
  return row.output_tok_s >= 0.9 * (row.concurrency_or_qps ?? 0) * lengths.outputTokens;
}

/** Equal lengths, a cap at 512 for a mean near 356, or the long tail of ShareGPT. */
function longestOverMean(row: MeasuredRow): number {
  if (row.group === "accelmark") return 1.4;
  return row.group === "gpustack-quant" || /sharegpt/i.test(row.note) ? 5.7 : 1;
}

/** MLPerf server: 99 % of requests inside the limit; the mean then stays at 0.70 of it, the rate at 0.89 of that batch's. */
function sloOutput(service: RequestService, row: MeasuredRow): number {
  const limit = Number(/TPOT<=(\d+(\.\d+)?)/.exec(row.slo ?? "")?.[1] ?? Number.NaN) / 1e3;
  let low = 1;
  let high = service.maxRunning;
  if (!(loadedTpotSeconds(service, high) <= 0.7 * limit)) {
    for (let step = 0; step < 30; step++) {
      const middle = (low + high) / 2;
      if (loadedTpotSeconds(service, middle) <= 0.7 * limit) low = middle;
      else high = middle;
    }
    high = low;
  }
  return 0.89 * (high / loadedTpotSeconds(service, high));
}

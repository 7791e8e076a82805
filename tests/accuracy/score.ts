import { loadTable } from "../../planner/performance/load-table.ts";
import { decodeStepSeconds } from "../../planner/performance/prefill.ts";
import { queueAt, ttftMean } from "../../planner/performance/queueing.ts";
import { type RequestService, requestService } from "../../planner/performance/request-service.ts";
import { batchDrain, closedLoop, loadedTpotSeconds, maxRequestsPerSecond } from "../../planner/performance/steady-state.ts";
import type { MeasuredRow } from "./measured-row.ts";
import type { RowCase } from "./row-replica.ts";

export type ScoredMetric =
  | "tpot"
  | "tpotOpen"
  | "tpotSingle"
  | "ttft"
  | "maxOutput"
  | "saturatedOutput"
  | "staticBatch"
  | "singleStreamOutput";

export interface Score {
  readonly metric: ScoredMetric;
  readonly row: MeasuredRow;
  readonly gpuFamily: string;
  readonly predicted: number;
  readonly measured: number;
}

/** Every figure of a row that the model predicts, in milliseconds or tokens per second. */
export function scoresOf(rowCase: RowCase): Score[] {
  const { row, lengths } = rowCase;
  const service = requestService(rowCase.replica, lengths);
  if (service.maxRunning < 1) return [];
  const scores: Score[] = [];
  const add = (metric: ScoredMetric, predicted: number, measured: number | undefined): void => {
    if (measured !== undefined && measured > 0)
      scores.push({ metric, row, gpuFamily: rowCase.replica.gpu.performanceFamily ?? "none", predicted, measured });
  };
  const load = row.concurrency_or_qps ?? 1;
  const copies = rowCase.copies;
  if (row.mode === "prefill-only") return scores;
  const unlimited = row.load_kind === "unbounded" || (row.load_kind === "batch" && row.concurrency_or_qps === undefined);
  if (unlimited && row.mode !== "online-saturated") add("maxOutput", ceiling(service, copies) * ramp(service), row.output_tok_s);
  else if (unlimited) add("saturatedOutput", ceiling(service, copies), row.output_tok_s);
  else if (row.mode === "online-slo") add("maxOutput", sloOutput(service, row) * copies, row.output_tok_s);
  else if (row.load_kind === "avg_batch") scoreRunningBatch(service, row, load / copies, copies, add);
  else if (row.load_kind === "qps") scoreOpen(service, row, load / copies, copies, add);
  else if (row.load_kind === "concurrency" && row.mode !== "single-stream" && row.mode !== "static-batch")
    scoreClosed(service, row, load / copies, copies, add);
  else scoreBatch(service, row, load / copies, copies, add);
  return scores;
}

type Add = (metric: ScoredMetric, predicted: number, measured: number | undefined) => void;

const ceiling = (service: RequestService, copies: number): number => maxRequestsPerSecond(service) * service.outputTokens * copies;
const ramp = (service: RequestService): number => service.replica.constants.serving.throughputRampShare;

function scoreClosed(service: RequestService, row: MeasuredRow, concurrency: number, copies: number, add: Add): void {
  const state = closedLoop(service, Math.max(1, concurrency));
  add("tpot", state.tpotSeconds * 1e3, row.tpot_ms);
  if (concurrency <= service.maxRunning) add("ttft", state.ttftSeconds * 1e3, row.ttft_ms);
  if (row.mode === "max-throughput-offline") add("maxOutput", state.requestsPerSecond * service.outputTokens * copies, row.output_tok_s);
}

function scoreOpen(service: RequestService, row: MeasuredRow, rate: number, copies: number, add: Add): void {
  const saturation = service.replica.constants.serving.utilizationCeiling * maxRequestsPerSecond(service);
  if (rate > saturation) {
    add("saturatedOutput", Math.min(rate * service.outputTokens * copies, ceiling(service, copies)), row.output_tok_s);
    return;
  }
  const queue = queueAt(loadTable(service), rate);
  if (queue === null) return;
  add("tpotOpen", queue.tpotMean * 1e3, row.tpot_ms);
  add("ttft", ttftMean(queue) * 1e3, row.ttft_ms);
}

function scoreRunningBatch(service: RequestService, row: MeasuredRow, running: number, copies: number, add: Add): void {
  // Over half of the steps carry prefill: a median between two tokens is then no mean.
  if (running / service.outputTokens <= 0.5) add("tpot", decodeStepSeconds(service, running) * 1e3, row.tpot_ms);
  add("saturatedOutput", (running / loadedTpotSeconds(service, running)) * copies, row.output_tok_s);
}

function scoreBatch(service: RequestService, row: MeasuredRow, requests: number, copies: number, add: Add): void {
  const single = row.mode === "single-stream" || requests <= 1;
  if (single) {
    const state = closedLoop(service, 1);
    add("tpotSingle", state.tpotSeconds * 1e3, row.tpot_ms);
    if (row.ttft_ms !== undefined && row.load_kind === "concurrency") add("ttft", state.ttftSeconds * 1e3, row.ttft_ms);
    if (row.tpot_ms === undefined) add("singleStreamOutput", state.requestsPerSecond * service.outputTokens, row.output_tok_s);
    return;
  }
  const drain = batchDrain(service, requests, longestOverMean(row));
  const output = (requests * service.outputTokens * copies) / drain.drainSeconds;
  add(row.mode === "static-batch" ? "staticBatch" : "maxOutput", output, row.output_tok_s);
}

/** Equal lengths, a cap at 512 for a mean near 356, or the long tail of ShareGPT. */
function longestOverMean(row: MeasuredRow): number {
  if (row.group === "accelmark") return 1.4;
  return /sharegpt/i.test(row.note) ? 5.7 : 1;
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

export interface Summary {
  readonly count: number;
  readonly medianPercent: number;
  readonly p90Percent: number;
  readonly biasPercent: number;
}

export function summarize(scores: readonly Pick<Score, "predicted" | "measured">[]): Summary {
  const errors = scores.map(({ predicted, measured }) => 100 * (predicted / measured - 1));
  const absolute = errors.map(Math.abs).sort((a, b) => a - b);
  const signed = [...errors].sort((a, b) => a - b);
  const quantile = (values: readonly number[], share: number): number =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
  return {
    count: scores.length,
    medianPercent: quantile(absolute, 0.5),
    p90Percent: quantile(absolute, 0.9),
    biasPercent: quantile(signed, 0.5),
  };
}

import { readFileSync } from "node:fs";

/** One published measurement, field names as compiled. */
export interface MeasuredRow {
  readonly id: string;
  readonly model: string;
  readonly precision?: string;
  readonly kv_precision?: string;
  readonly gpu: string;
  readonly gpu_count: number;
  readonly tp?: number;
  readonly pp?: number;
  readonly engine: string;
  readonly engine_version?: string;
  readonly mode: string;
  readonly load_kind: "concurrency" | "qps" | "batch" | "avg_batch" | "unbounded";
  readonly concurrency_or_qps?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly output_tok_s?: number;
  readonly prefill_tok_s?: number;
  readonly ttft_ms?: number;
  readonly tpot_ms?: number;
  readonly e2e_ms?: number;
  readonly latency_stat?: string;
  readonly slo?: string;
  readonly quality: string;
  readonly group: string;
  readonly source: string;
  readonly note: string;
}

/** What aiconfigurator 0.10.0 predicts for a row. */
export interface PeerRow {
  readonly id: string;
  readonly loadClass: "closed" | "saturated" | "static" | "burst";
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly outputTokensPerSecond: number | null;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`./data/${name}`, import.meta.url), "utf8"));

export const measuredRows = (): readonly MeasuredRow[] => (read("throughput.json") as { rows: MeasuredRow[] }).rows;
export const peerRows = (): ReadonlyMap<string, PeerRow> =>
  new Map((read("peer-aiconfigurator.json") as { rows: PeerRow[] }).rows.map((row) => [row.id, row]));

import type { Replica } from "../performance/replica.ts";
import type { Lengths, Load } from "../performance/serving-point.ts";

/** What a benchmark measured of one replica: means over its requests. Absent = not measured. */
export interface Measured {
  readonly ttftMs?: number;
  readonly tpotMs?: number;
  readonly outputTokensPerSecond?: number;
}

/** One benchmark run of one replica under one load. */
export interface MeasuredRun {
  /** Where it was written down, for findings: `measurements.jsonl line 3`. */
  readonly source: string;
  /** Without any correction. */
  readonly replica: Replica;
  readonly lengths: Lengths;
  readonly load: Load;
  readonly measured: Measured;
}

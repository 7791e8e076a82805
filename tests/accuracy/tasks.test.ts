import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { encoderPoint, encoderSigma } from "../../planner/performance/encoder/encoder-point.ts";
import { speechSigma } from "../../planner/performance/speech/speech-point.ts";
import { speechServer, windowRate } from "../../planner/performance/speech/speech-server.ts";
import { type EmbeddingRow, measuredReplica, type TranscriptionRow, taskRows } from "./task-rows.ts";

const { catalog } = loadCatalog();
const tasks = catalog.taskPerformance;
const rows = taskRows();
const z90 = 1.645;

interface Scored {
  readonly id: string;
  /** Rows that share what was fitted: one hardware, one engine. */
  readonly group: string;
  /** measured / predicted. */
  readonly ratio: number;
  readonly sigma: number;
}

function embedded(row: EmbeddingRow): Scored {
  const replica = measuredReplica(row, rows, catalog, "tei", { maxNumSeqs: 256, tokens: 16384 });
  const lengths = { inputTokens: row.inputTokens, outputTokens: 0, inputTokensP95: null, prefixCacheHitRate: 0, documentsPerRequest: 1 };
  // TEI has no 8-bit weights, so the layout says what the ONNX engine ran.
  const point = encoderPoint({ ...replica, layout: { ...replica.layout, precision: row.precision } }, tasks, lengths, {
    kind: "saturated",
  });
  const sigma = encoderSigma({ replica, tasks });
  return { id: row.id, group: `${row.device} ${row.precision}`, ratio: row.tokensPerSecond / (point.tokensPerSecond ?? 0), sigma };
}

function transcribed(row: TranscriptionRow): Scored {
  const profile = row.engine === "faster-whisper" ? "faster-whisper" : "vllm";
  const replica = measuredReplica(row, rows, catalog, profile, { maxNumSeqs: row.batch, tokens: 8192 });
  const audioSeconds = row.audioSeconds ?? 30;
  const outputTokens = row.tokensPerWindow ?? audioSeconds * tasks.transcription.tokensPerAudioSecond.value;
  const server = speechServer(replica, { inputTokens: 0, outputTokens, inputTokensP95: null, prefixCacheHitRate: 0, audioSeconds }, tasks);
  if (server === null) throw new Error(`${row.id} cannot be predicted`);
  const measured = row.windowsPerSecond ?? Math.ceil(audioSeconds / 30) / (row.seconds ?? 1);
  const ratio = measured / windowRate(server, Math.min(row.batch, server.maxWindows));
  return { id: row.id, group: row.engine, ratio, sigma: speechSigma({ replica, tasks }) };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const errorOf = (ratio: number): number => Math.abs(Math.log(ratio));

/** The error of each row when the one factor of its group is fitted on the others. */
function leftOut(scored: readonly Scored[]): number[] {
  return scored.flatMap((one) => {
    const others = scored.filter((other) => other.group === one.group && other.id !== one.id);
    if (others.length === 0) return [];
    const factor = Math.exp(others.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / others.length);
    return [errorOf(one.ratio / factor)];
  });
}

test("embedding throughput is near the published runs, on GPU and CPU", () => {
  const scored = rows.embedding.map(embedded);
  expect(median(scored.map(({ ratio }) => errorOf(ratio)))).toBeLessThan(0.05);
  expect(Math.max(...scored.map(({ ratio }) => errorOf(ratio)))).toBeLessThan(0.3);
  expect(median(leftOut(scored))).toBeLessThan(0.2);
});

test("transcription throughput is near the published runs of three engines, GPUs from L4 to B200 and a CPU", () => {
  const scored = rows.transcription.map(transcribed);
  expect(median(scored.map(({ ratio }) => errorOf(ratio)))).toBeLessThan(0.12);
  expect(Math.max(...scored.map(({ ratio }) => errorOf(ratio)))).toBeLessThan(0.4);
  expect(median(leftOut(scored))).toBeLessThan(0.15);
});

test("the 90 % intervals hold the measured runs", () => {
  const scored = [...rows.embedding.map(embedded), ...rows.transcription.map(transcribed)];
  const inside = scored.filter(({ ratio, sigma }) => errorOf(ratio) <= z90 * sigma);
  expect(inside.length / scored.length).toBeGreaterThanOrEqual(0.9);
});

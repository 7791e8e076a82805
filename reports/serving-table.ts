import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import type { LatencySummary, Lengths, Load, ServingPoint } from "../planner/performance/serving-point.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { takenForGranted } from "./finding-lines.ts";
import { findingText } from "./finding-text.ts";
import { layoutText } from "./layout-text.ts";
import { modelName } from "./model-name.ts";
import { grouped } from "./money.ts";
import { counted, factor, milliseconds, rate } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** A layout under a load and, when it can serve it, what it does. */
export interface LayoutUnderLoad extends Partial<Omit<ServingPoint, "fits" | "finding">> {
  readonly model: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly layout: Layout;
  readonly load: Load;
  readonly lengths: Lengths;
  readonly fits: boolean;
  readonly finding: Finding | null;
  /** What was taken for granted on the way to this answer. */
  readonly assumptions?: readonly Finding[];
}

interface Latency extends LatencySummary {
  readonly name: string;
  readonly interval: readonly [number, number];
}

const columns: readonly Column<Latency>[] = [
  { header: "Latency in ms", cell: (row) => row.name },
  { header: "mean", align: "right", cell: (row) => milliseconds(row.mean) },
  { header: "p50", align: "right", cell: (row) => milliseconds(row.p50) },
  { header: "p95", align: "right", cell: (row) => milliseconds(row.p95) },
  { header: "p99", align: "right", cell: (row) => milliseconds(row.p99) },
  { header: "90 % interval of mean", align: "right", cell: ({ interval: [low, high] }) => `${milliseconds(low)} to ${milliseconds(high)}` },
];

const evidenceText: Readonly<Record<ServingPoint["evidence"], string>> = {
  measured: "runs of this model, GPU, engine and format correct it",
  "gpu-and-family": "runs of this model family on GPUs of this family were measured",
  "gpu-family": "runs on GPUs of this family were measured, not of this model family",
  none: "nothing near it was measured: take it as a rough guess",
};

export function renderServingPoint(point: LayoutUnderLoad, rendering: Rendering): string {
  const style = styleFor(rendering.color);
  const lines = [
    `${style.strong(modelName(point.model))} on ${layoutText(point.layout)}, ${point.engine} ${point.engineVersion}`,
    `${lengthsText(point.lengths)}; ${loadText(point.load)}`,
  ];
  lines.push(...takenForGranted(point.assumptions ?? [], rendering));
  if (!point.fits || point.finding !== null) {
    const verdict = point.fits ? style.warning("cannot hold this load") : style.bad("does not fit");
    lines.push(...wrap(`${verdict}${point.finding === null ? "" : `: ${findingText({ ...point.finding, path: "" })}`}`, rendering.width));
  }
  const rows = latencies(point);
  if (rows.length === 0) return `${lines.join("\n")}\n`;
  return `${[
    ...lines,
    "",
    ...renderColumns({ columns, rows }, rendering),
    "",
    ...throughput(point),
    `Requests/s        ${rate(point.requestsPerSecond ?? 0)}`,
    `In the engine     ${rate(point.concurrency ?? 0)} requests; limited by ${point.limitedBy ?? "load"}`,
    ...wrap(style.faint(`Evidence: ${evidenceText[point.evidence ?? "none"]}.`), rendering.width),
    ...(point.extrapolations ?? []).flatMap((finding) =>
      wrap(style.faint(`Extrapolated: ${findingText({ ...finding, path: "" })}`), rendering.width),
    ),
  ].join("\n")}\n`;
}

/** Tokens by tokens, or the whole answer where there is only that. */
function latencies({ ttftMs, tpotMs, latencyMs, interval90 }: LayoutUnderLoad): readonly Latency[] {
  if (ttftMs === undefined || tpotMs === undefined || interval90 === undefined) return [];
  if (latencyMs !== undefined) return [{ name: "Whole answer", ...latencyMs, interval: interval90.latencyMs ?? interval90.ttftMs }];
  return [
    { name: "Time to first token", ...ttftMs, interval: interval90.ttftMs },
    { name: "Time per output token", ...tpotMs, interval: interval90.tpotMs },
  ];
}

/** What the task is measured in. */
function throughput(point: LayoutUnderLoad): string[] {
  const { interval90 } = point;
  const interval = (of: readonly [number, number] | undefined, show: (value: number) => string): string =>
    of === undefined ? "" : ` (90 % interval ${show(of[0])} to ${show(of[1])})`;
  if (point.realTimeFactor !== undefined) {
    return [
      `Real-time factor  ${factor(point.realTimeFactor)}${interval(interval90?.realTimeFactor, factor)}; 95 % below ${factor(point.realTimeFactorP95 ?? 0)}`,
      `Audio-s/s         ${rate(point.audioSecondsPerSecond ?? 0)}${interval(interval90?.audioSecondsPerSecond, rate)}`,
    ];
  }
  if (point.tokensPerSecond !== undefined)
    return [`Tokens/s          ${rate(point.tokensPerSecond)}${interval(interval90?.tokensPerSecond, rate)}`];
  return [
    `Output tokens/s   ${rate(point.outputTokensPerSecond ?? 0)}${interval(interval90?.outputTokensPerSecond, rate)}`,
    `Total tokens/s    ${rate(point.totalTokensPerSecond ?? 0)}`,
  ];
}

export function lengthsText({
  inputTokens,
  outputTokens,
  documentsPerRequest,
  audioSeconds,
}: Omit<Lengths, "inputTokensP95" | "prefixCacheHitRate">): string {
  if (audioSeconds !== undefined) return `recordings of ${grouped(audioSeconds)} s, ${grouped(outputTokens)} tokens of transcript`;
  if (documentsPerRequest !== undefined) return `${grouped(inputTokens)} tokens in ${counted(documentsPerRequest, "text")}`;
  return `${grouped(inputTokens)} tokens in, ${grouped(outputTokens)} out`;
}

export function loadText(load: Load): string {
  switch (load.kind) {
    case "closed":
      return `${grouped(load.concurrency)} requests at any time`;
    case "open":
      return `${rate(load.requestsPerSecond)} requests/s`;
    case "batch":
      return `${grouped(load.requests)} requests together`;
    case "saturated":
      return "as many requests as it can take";
  }
}

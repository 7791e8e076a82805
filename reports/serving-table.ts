import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import type { LatencySummary, Lengths, Load, ServingPoint } from "../planner/performance/serving-point.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { takenForGranted } from "./finding-lines.ts";
import { findingText } from "./finding-text.ts";
import { layoutText } from "./layout-text.ts";
import { modelName } from "./model-name.ts";
import { grouped } from "./money.ts";
import { milliseconds, rate } from "./quantity.ts";
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
    `${grouped(point.lengths.inputTokens)} tokens in, ${grouped(point.lengths.outputTokens)} out; ${loadText(point.load)}`,
  ];
  lines.push(...takenForGranted(point.assumptions ?? [], rendering));
  if (!point.fits || point.finding !== null) {
    const verdict = point.fits ? style.warning("cannot hold this load") : style.bad("does not fit");
    lines.push(...wrap(`${verdict}${point.finding === null ? "" : `: ${findingText({ ...point.finding, path: "" })}`}`, rendering.width));
  }
  const { ttftMs, tpotMs, interval90 } = point;
  if (ttftMs === undefined || tpotMs === undefined || interval90 === undefined) return `${lines.join("\n")}\n`;
  const rows: readonly Latency[] = [
    { name: "Time to first token", ...ttftMs, interval: interval90.ttftMs },
    { name: "Time per output token", ...tpotMs, interval: interval90.tpotMs },
  ];
  const [low, high] = interval90.outputTokensPerSecond;
  return `${[
    ...lines,
    "",
    ...renderColumns({ columns, rows }, rendering),
    "",
    `Output tokens/s   ${rate(point.outputTokensPerSecond ?? 0)} (90 % interval ${rate(low)} to ${rate(high)})`,
    `Total tokens/s    ${rate(point.totalTokensPerSecond ?? 0)}`,
    `Requests/s        ${rate(point.requestsPerSecond ?? 0)}`,
    `In the engine     ${rate(point.concurrency ?? 0)} requests; limited by ${point.limitedBy ?? "load"}`,
    ...wrap(style.faint(`Evidence: ${evidenceText[point.evidence ?? "none"]}.`), rendering.width),
    ...(point.extrapolations ?? []).flatMap((finding) =>
      wrap(style.faint(`Extrapolated: ${findingText({ ...finding, path: "" })}`), rendering.width),
    ),
  ].join("\n")}\n`;
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

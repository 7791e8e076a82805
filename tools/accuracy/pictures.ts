import { parse, type Spec, View } from "vega";
import type { ScoredMetric } from "../../tests/accuracy/score.ts";
import type { Scored } from "./scored.ts";

const side = 360;

/** Predicted against measured, both logarithmic: the diagonal is exact, the dotted lines are off by a factor of 1.5. */
export async function scatter(figures: readonly Scored[], metric: ScoredMetric, title: string, unit: string): Promise<string> {
  const points = figures
    .filter((figure) => figure.metric === metric)
    .map(({ measured, errors, gpuFamily }) => ({ measured, predicted: measured * Math.exp(errors.modelOnGpu[0]), gpuFamily }));
  const all = points.flatMap(({ measured, predicted }) => [measured, predicted]);
  const domain: [number, number] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const view = new View(parse(specOf(points, domain, title, unit)), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  // Two decimals of a pixel are enough, and half the bytes.
  return `${svg.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(1))))}\n`;
}

interface Point {
  readonly measured: number;
  readonly predicted: number;
  readonly gpuFamily: string;
}

function specOf(points: readonly Point[], domain: readonly [number, number], title: string, unit: string): Spec {
  const [low, high] = domain;
  const diagonal = [1, 1.5, 1 / 1.5].flatMap((factor) => [
    { factor, measured: low, predicted: low * factor },
    { factor, measured: high, predicted: high * factor },
  ]);
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: side,
    height: side,
    padding: 8,
    background: "white",
    title: { text: title, anchor: "start" },
    data: [
      { name: "points", values: [...points] },
      { name: "lines", values: diagonal },
    ],
    scales: [
      { name: "x", type: "log", domain: [...domain], range: [0, side] },
      { name: "y", type: "log", domain: [...domain], range: [side, 0] },
      { name: "colour", type: "ordinal", domain: { data: "points", field: "gpuFamily", sort: true }, range: "category" },
    ],
    axes: [
      { orient: "bottom", scale: "x", title: `measured, ${unit}`, tickCount: 5, format: "~s", grid: true },
      { orient: "left", scale: "y", title: `predicted, ${unit}`, tickCount: 5, format: "~s", grid: true },
    ],
    legends: [{ fill: "colour", title: "GPU family", symbolType: "circle" }],
    marks: [
      {
        type: "group",
        from: { facet: { name: "line", data: "lines", groupby: "factor" } },
        clip: true,
        encode: { enter: { width: { value: side }, height: { value: side } } },
        marks: [
          {
            type: "line",
            from: { data: "line" },
            encode: {
              enter: {
                x: { scale: "x", field: "measured" },
                y: { scale: "y", field: "predicted" },
                stroke: { value: "#666" },
                strokeDash: { signal: "datum.factor === 1 ? [] : [3, 3]" },
              },
            },
          },
        ],
      },
      {
        type: "symbol",
        from: { data: "points" },
        encode: {
          enter: {
            x: { scale: "x", field: "measured" },
            y: { scale: "y", field: "predicted" },
            size: { value: 14 },
            fill: { scale: "colour", field: "gpuFamily" },
            fillOpacity: { value: 0.55 },
          },
        },
      },
    ],
  };
}

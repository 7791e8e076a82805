import type { Sigma, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { type ScoredMetric, scoredMetrics } from "../../tests/accuracy/score.ts";
import { medianAndP90, signedPercent, table } from "./markdown.ts";
import { type Scored, summaryOf, type WayOfLeavingOut, waysOfLeavingOut } from "./scored.ts";

export const titles: Readonly<Record<ScoredMetric, string>> = {
  tpot: "TPOT, closed loop and running batch",
  tpotOpen: "TPOT, random arrivals",
  tpotSingle: "TPOT, one client",
  singleStreamOutput: "output tok/s, one client",
  tpotBurst: "TPOT, all at once",
  ttft: "TTFT, unsaturated",
  ttftBurst: "TTFT, all at once",
  prefill: "prefill of one prompt",
  maxOutput: "max output tok/s",
  saturatedOutput: "output tok/s, saturated online",
  staticBatch: "output tok/s, static batch",
};

export const ways: Readonly<Record<WayOfLeavingOut, string>> = {
  fitted: "none left out",
  layout: "same layout left out",
  modelOnGpu: "model family x GPU left out",
  modelFamily: "model family left out",
  gpuFamily: "GPU family left out",
  source: "source left out",
};

const goals: Partial<Readonly<Record<ScoredMetric, string>>> = { tpot: "10 / 35", maxOutput: "12 / 45", ttft: "25 / 80" };

/** All metrics under every way of leaving out. */
export function overview(figures: readonly Scored[]): string {
  const rows = scoredMetrics.map((metric) => {
    const some = figures.filter((figure) => figure.metric === metric);
    const cells = waysOfLeavingOut.map((way) => medianAndP90(summaryOf(some, way)));
    return [titles[metric], String(some.length), ...cells, signedPercent(summaryOf(some, "modelOnGpu").biasPercent), goals[metric] ?? ""];
  });
  return table(["metric", "figures", ...waysOfLeavingOut.map((way) => ways[way]), "bias", "goal"], rows);
}

type Slice = "engine" | "gpuFamily" | "modelFamily" | "regime";
const slices: Readonly<Record<Slice, string>> = {
  regime: "Load",
  engine: "Engine",
  gpuFamily: "GPU family",
  modelFamily: "Model family",
};
/** Smaller slices say nothing of a 90th percentile. */
const smallestSlice = 8;

/** One metric by load, engine, GPU family and model family. */
export function byMetric(figures: readonly Scored[], metric: ScoredMetric): string {
  const some = figures.filter((figure) => figure.metric === metric);
  const rows = Object.entries(slices).flatMap(([slice, title]) => {
    const groups = Map.groupBy(some, (figure) => figure[slice as Slice]);
    return [...groups]
      .filter(([, members]) => members.length >= smallestSlice)
      .sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
      .map(([name, members]) => {
        const summary = summaryOf(members, "modelOnGpu");
        return [
          `${title}: ${name}`,
          String(members.length),
          medianAndP90(summary),
          signedPercent(summary.biasPercent),
          medianAndP90(summaryOf(members, "source")),
        ];
      });
  });
  return table(["", "figures", ways.modelOnGpu, "bias", ways.source], rows);
}

const levels = {
  "gpu-and-family": "gpuAndFamily",
  "gpu-family": "gpuFamily",
  none: "none",
  measured: "measured",
} as const satisfies Record<string, keyof Sigma>;
const z90 = 1.6448536269514722;

/** How often the 90 % interval of a prediction that had not seen the row holds what was measured. */
export function coverage(figures: readonly Scored[], { uncertainty }: StepTimeConstants): string {
  const shareIn = (some: readonly Scored[], way: WayOfLeavingOut): string => {
    const inside = some.filter(
      ({
        interval,
        errors: {
          [way]: [error, level],
        },
      }) => interval !== null && Math.abs(error) <= z90 * uncertainty[interval][levels[level]],
    );
    return some.length === 0 ? "–" : ((100 * inside.length) / some.length).toFixed(0);
  };
  const withBars = figures.filter(({ interval }) => interval !== null);
  const rows = [...scoredMetrics.filter((metric) => metric !== "prefill"), null].map((metric) => {
    const some = withBars.filter((figure) => metric === null || figure.metric === metric);
    return [metric === null ? "all" : titles[metric], String(some.length), ...waysOfLeavingOut.map((way) => shareIn(some, way))];
  });
  return table(["% of figures inside", "figures", ...waysOfLeavingOut.map((way) => ways[way])], rows);
}

/** The same by what the prediction rested on, over every way of leaving out. */
export function coverageByEvidence(figures: readonly Scored[], { uncertainty }: StepTimeConstants): string {
  const rows = (["gpu-and-family", "gpu-family", "none"] as const).map((wanted) => {
    let inside = 0;
    let all = 0;
    for (const { interval, errors } of figures) {
      for (const way of waysOfLeavingOut) {
        const [error, level] = errors[way];
        if (way === "fitted" || level !== wanted || interval === null) continue;
        all++;
        if (Math.abs(error) <= z90 * uncertainty[interval][levels[level]]) inside++;
      }
    }
    const width = (metric: "tpotClosed" | "ttft" | "maxOutput"): string =>
      `x${Math.exp(z90 * uncertainty[metric][levels[wanted]]).toFixed(2)}`;
    return [`\`${wanted}\``, String(all), ((100 * inside) / all).toFixed(0), width("tpotClosed"), width("ttft"), width("maxOutput")];
  });
  return table(["evidence", "predictions", "% inside", "TPOT", "TTFT", "max output"], rows);
}

/** The largest errors, and what is known of the runs. */
export function worstRows(figures: readonly Scored[], reasonOf: (figure: Scored) => string): string {
  const worst = [...figures]
    .filter(({ metric }) => metric !== "prefill")
    .sort((a, b) => Math.abs(b.errors.modelOnGpu[0]) - Math.abs(a.errors.modelOnGpu[0]))
    .slice(0, 25);
  const rows = worst.map((figure) => {
    const { row, metric, errors, measured } = figure;
    const predicted = measured * Math.exp(errors.modelOnGpu[0]);
    const what = `${row.model} ${row.precision ?? ""}, ${row.gpu_count} x ${row.gpu}, ${figure.engine} (${row.group})`;
    return [
      what,
      titles[metric],
      rounded(measured),
      rounded(predicted),
      signedPercent(100 * Math.expm1(errors.modelOnGpu[0])),
      reasonOf(figure),
    ];
  });
  return table(["run", "figure", "measured", "predicted", "%", "reason"], rows);
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)));

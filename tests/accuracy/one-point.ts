import type { MeasurementConstants } from "../../catalog/schema/measurements.ts";
import { stepCovariance, ttftCovariance } from "../../planner/measurements/covariance.ts";
import { type Observation, posterior } from "../../planner/measurements/posterior.ts";
import { type Site, sameCell, siteOf } from "../../planner/measurements/site.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { Load } from "../../planner/performance/serving-point.ts";
import { type Facts, facts } from "./facts.ts";
import type { MeasuredRow } from "./measured-row.ts";
import { caseOf } from "./row-replica.ts";
import type { Score, ScoredMetric } from "./score.ts";

/** A measured figure, its prediction, and where it lies. */
export interface PlacedScore {
  readonly score: Score;
  readonly observation: Observation;
}

const tpots: readonly ScoredMetric[] = ["tpot", "tpotOpen", "tpotSingle"];
const outputs: readonly ScoredMetric[] = ["maxOutput", "saturatedOutput", "staticBatch"];
export const onePointMetrics = { tpot: tpots, output: outputs, ttft: ["ttft"] } as const satisfies Record<string, readonly ScoredMetric[]>;
export type OnePointMetric = keyof typeof onePointMetrics;

/** Scores of one kind of figure with their sites; `value` is the logarithm of the factor on the step (TPOT, output) or on the TTFT. */
export function placed(scores: readonly Score[], metric: OnePointMetric, known: Facts = facts()): PlacedScore[] {
  const wanted: readonly ScoredMetric[] = onePointMetrics[metric];
  return scores
    .filter((score) => wanted.includes(score.metric))
    .map((score) => {
      const ratio = Math.log(score.measured / score.predicted);
      return { score, observation: { site: siteOfRow(score, known), value: metric === "output" ? -ratio : ratio } };
    });
}

function siteOfRow({ row }: Score, known: Facts): Site {
  const rowCase = caseOf(row, known);
  if (typeof rowCase === "string") throw new Error(`${row.id}: ${rowCase}`);
  const { replica, lengths, copies } = rowCase;
  const load = loadOf(row, copies);
  return siteOf(replica, lengths, load.kind, estimate(replica, lengths, load));
}

function loadOf({ load_kind, concurrency_or_qps: amount }: MeasuredRow, copies: number): Load {
  if (amount === undefined || load_kind === "unbounded") return { kind: "saturated" };
  if (load_kind === "qps") return { kind: "open", requestsPerSecond: amount / copies };
  if (load_kind === "batch" && amount > copies) return { kind: "batch", requests: amount / copies };
  return { kind: "closed", concurrency: amount / copies };
}

/** One point corrects another of its cell: |error| in % without and with it, and whether the 90 % interval holds the measurement. */
export interface OnePointPair {
  readonly before: number;
  readonly after: number;
  readonly inside: boolean;
  /** The known run has the cell's middle number of running requests: what somebody would measure who measures once. */
  readonly fromMiddle: boolean;
  /** 1 / pairs of the cell: cells count alike. */
  readonly weight: number;
}

/** Every ordered pair of figures in one cell (model, GPU, engine, format) and one source: the first is known, the second predicted. */
export function onePointPairs(rows: readonly PlacedScore[], constants: MeasurementConstants, metric: OnePointMetric): OnePointPair[] {
  const covariance = (metric === "ttft" ? ttftCovariance : stepCovariance)(constants);
  return cellsOf(rows).flatMap((cell) => {
    const middle = cell.toSorted((a, b) => a.observation.site.logRunning - b.observation.site.logRunning)[Math.floor(cell.length / 2)];
    return cell.flatMap((target) =>
      cell
        .filter((known) => known !== target)
        .map((known): OnePointPair => {
          const { mean, narrowing } = posterior(covariance, [known.observation], target.observation.site);
          const sigma = narrowing * Math.sqrt(covariance.at(target.observation.site));
          const left = target.observation.value - mean;
          return {
            before: percent(target.observation.value),
            after: percent(left),
            inside: Math.abs(left) <= z90 * sigma,
            fromMiddle: known === middle,
            weight: 1 / (cell.length * (cell.length - 1)),
          };
        }),
    );
  });
}

/** Cells of two figures or more. */
export function cellsOf(rows: readonly PlacedScore[]): PlacedScore[][] {
  const cells: PlacedScore[][] = [];
  for (const row of rows) {
    const cell = cells.find(([first]) => first !== undefined && sameCell(first.observation.site, row.observation.site));
    if (cell === undefined) cells.push([row]);
    else cell.push(row);
  }
  return cells.filter((cell) => cell.length > 1);
}

const z90 = 1.6448536269514722;

/** |predicted / measured - 1| in %, of the logarithm of measured / predicted. */
const percent = (logRatio: number): number => 100 * Math.abs(Math.expm1(-logRatio));

export interface OnePointSummary {
  readonly pairs: number;
  readonly cells: number;
  readonly before: readonly [median: number, p90: number];
  readonly after: readonly [median: number, p90: number];
  /** The same with every cell counting alike. */
  readonly afterByCell: readonly [median: number, p90: number];
  /** Only the run of each cell's middle load known. */
  readonly afterMiddle: readonly [median: number, p90: number];
  readonly coveragePercent: number;
}

/** What one measured point of the same model, GPU, engine and format does to the error of the others. Works on any predictions, cross-validated ones too. */
export function onePoint(scores: readonly Score[], metric: OnePointMetric, known: Facts = facts()): OnePointSummary {
  const pairs = onePointPairs(placed(scores, metric, known), known.measurements, metric);
  const even = pairs.map((pair) => ({ ...pair, weight: 1 }));
  return {
    pairs: pairs.length,
    cells: Math.round(pairs.reduce((sum, { weight }) => sum + weight, 0)),
    before: quantiles(even, "before"),
    after: quantiles(even, "after"),
    afterByCell: quantiles(pairs, "after"),
    afterMiddle: quantiles(
      even.filter(({ fromMiddle }) => fromMiddle),
      "after",
    ),
    coveragePercent: (100 * pairs.filter(({ inside }) => inside).length) / pairs.length,
  };
}

function quantiles(pairs: readonly OnePointPair[], figure: "before" | "after"): [number, number] {
  const sorted = pairs.toSorted((a, b) => a[figure] - b[figure]);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const at = (share: number): number => {
    let below = 0;
    for (const pair of sorted) {
      below += pair.weight;
      if (below >= share * total) return pair[figure];
    }
    return Number.NaN;
  };
  return [at(0.5), at(0.9)];
}

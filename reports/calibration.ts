import type { MeasuredRun } from "../planner/measurements/measured-run.ts";
import type { ServingPoint } from "../planner/performance/serving-point.ts";
import { type Column, renderColumns } from "./columns.ts";
import { layoutText } from "./layout-text.ts";
import { modelName } from "./model-name.ts";
import { grouped } from "./money.ts";
import { milliseconds, rate } from "./quantity.ts";
import { loadText } from "./serving-table.ts";
import { type Rendering, styleFor } from "./style.ts";

/** A run that was added, and what is predicted for it without it and with it. */
export interface CalibratedRun {
  readonly run: MeasuredRun;
  readonly plain: ServingPoint;
  readonly corrected: ServingPoint;
}

interface Row {
  readonly figure: string;
  readonly measured: number;
  readonly plain: number;
  readonly corrected: number;
  readonly text: (value: number) => string;
}

const columns: readonly Column<Row>[] = [
  { header: "", cell: (row) => row.figure },
  { header: "measured", align: "right", cell: (row) => row.text(row.measured) },
  { header: "predicted", align: "right", cell: (row) => row.text(row.plain) },
  { header: "with this run", align: "right", cell: (row) => row.text(row.corrected) },
];

/** Each run with its figures beside the prediction's, and how many lines the file got. */
export function renderCalibration(file: string, runs: readonly CalibratedRun[], alreadyThere: number, rendering: Rendering): string {
  const style = styleFor(rendering.color);
  const blocks = runs.map(({ run, plain, corrected }) => {
    const { replica, lengths, load } = run;
    const title = `${style.strong(modelName(replica.model.id))} on ${layoutText(replica.layout)}, ${replica.release.engine} ${replica.release.version}`;
    const what = `${grouped(lengths.inputTokens)} tokens in, ${grouped(lengths.outputTokens)} out; ${loadText(load)}`;
    return `${title}\n${what}\n\n${renderColumns({ columns, rows: rowsOf(run, plain, corrected) }, rendering).join("\n")}`;
  });
  const there = alreadyThere === 0 ? "" : `; ${alreadyThere} of them ${alreadyThere === 1 ? "was" : "were"} there already`;
  const added = `Added ${runs.length} ${runs.length === 1 ? "run" : "runs"} to ${file}${there}.`;
  return `${[...blocks, added].join("\n\n")}\n`;
}

function rowsOf({ measured }: MeasuredRun, plain: ServingPoint, corrected: ServingPoint): Row[] {
  const { ttftMs, tpotMs, outputTokensPerSecond } = measured;
  const latency = (figure: string, key: "ttftMs" | "tpotMs", value: number | undefined): Row[] =>
    value === undefined
      ? []
      : [{ figure, measured: value, plain: plain[key].mean, corrected: corrected[key].mean, text: (ms) => `${milliseconds(ms)} ms` }];
  const output: Row[] =
    outputTokensPerSecond === undefined
      ? []
      : [
          {
            figure: "Output",
            measured: outputTokensPerSecond,
            plain: plain.outputTokensPerSecond,
            corrected: corrected.outputTokensPerSecond,
            text: (value) => `${rate(value)} tokens/s`,
          },
        ];
  return [...latency("Time to first token", "ttftMs", ttftMs), ...latency("Time per output token", "tpotMs", tpotMs), ...output];
}

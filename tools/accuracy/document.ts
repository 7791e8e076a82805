import type { Catalog } from "../../catalog/catalog.ts";
import type { Observations } from "../../tests/accuracy/back-test.ts";
import { percent, table } from "./markdown.ts";
import { memoryTable } from "./memory.ts";
import { onePointTable } from "./one-point.ts";
import { reasonFor } from "./reasons.ts";
import { decisionRegret } from "./regret.ts";
import type { Scored } from "./scored.ts";
import { byMetric, coverage, coverageByEvidence, overview, titles, worstRows } from "./sections.ts";
import { peerAnswers, sideBySide } from "./side-by-side.ts";

const bySliceOf = ["tpot", "ttft", "maxOutput", "tpotSingle", "saturatedOutput", "staticBatch"] as const;

/** docs/accuracy.md. */
export function accuracyDocument(observed: Observations, figures: readonly Scored[], catalog: Catalog): string {
  const { observations, constants, rows, leftOut } = observed;
  const gpus = new Map(observations.map(({ rowCase }) => [rowCase.row.id, rowCase.replica.gpu.id]));
  const regret = decisionRegret(figures, catalog, ({ row }) => gpus.get(row.id) ?? "", "modelOnGpu");
  const memory = memoryTable();
  const out = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  return `# How accurate the predictions are

Written by \`npm run accuracy\`; do not edit. Errors are |predicted / measured - 1| in %, median / 90th percentile, of ${figures.length.toLocaleString("en-US")} figures on
${(rows - out).toLocaleString("en-US")} of ${rows.toLocaleString("en-US")} published runs (\`tests/accuracy/data/throughput.json\` names the source of each). They are predicted by the code that plans fleets and
answers \`gpufleet estimate\`, memory model included. \`npm run fit\` fitted the constants on the same runs, so the first column of errors is
**in-sample** and says little; the others leave a group out, fit again, and predict what was left out:

- *same layout*: one source's runs of a model, GPU, format, engine and number of GPUs. What a new run of a known source gets.
- *model family x GPU*: every run of the family on the GPU. What a model gets that was measured elsewhere.
- *model family*, *GPU family*, *source*: everything of it. A new architecture, a new generation of GPUs, somebody else's benchmark.

The form of the model and its priors were chosen with all runs in view, so even these figures are a lower bound for runs nobody has seen.

${overview(figures)}

The bias is the signed median with the model family x GPU left out.

## Predicted against measured

Model family x GPU left out. The line is exact, the dotted ones are off by a factor of 1.5.

![${titles.tpot}](pictures/tpot.svg)

![${titles.ttft}](pictures/ttft.svg)

![${titles.maxOutput}](pictures/maxOutput.svg)

## The 90 % intervals

Widths follow from these cross-validated errors, one for each figure and level of evidence; a share of 85 to 95 is what a 90 % interval should show.

${coverage(figures, constants)}

${coverageByEvidence(figures, constants)}

The factors are those by which the interval reaches above and below the prediction.

## Beside aiconfigurator

NVIDIA's aiconfigurator 0.10.0 answers ${peerAnswers(rows)} of these runs (its recorded answers: \`tests/accuracy/data/peer-aiconfigurator.json\`). On the rows that both answer, in
every GPU family with 20 of them, ours cross-validated. It predicts from kernels profiled on the GPU and the engine version, and has not been fitted to
these runs; over half of the TPOT and TTFT rows are from the sweep that its project checks itself against.

${sideBySide(figures)}

## After one measured run

One run corrects another of the same model, GPU, engine and format (\`measurements\` in a spec, \`estimate --measurements\`); every ordered pair of such runs
of one source, the prediction without the point being that of a fit without what the line names. Of the middle load: the known run is always that of the
cell's middle number of running requests, which is what somebody measures who measures once.

${onePointTable(figures)}

## What a wrong prediction costs

${regret.choices} times one model was measured in one format on the same lengths at full load on several GPUs or numbers of GPUs (${regret.options} runs, catalog prices
on demand). Taking the one that looks cheapest by a prediction that never saw the pair costs ${percent(regret.medianPercent)} % in the median over the cheapest measured one,
${percent(regret.meanPercent)} % in the mean and ${percent(regret.p90Percent)} % at the 90th percentile; in ${percent(100 * regret.sameShare)} % of the cases it is the cheapest.

## By load, engine, GPU and model

${bySliceOf.map((metric) => `### ${titles[metric]}\n\n${byMetric(figures, metric)}`).join("\n\n")}

## The largest errors

${worstRows(figures, reasonFor(observations))}

## Memory

${memory.sized} of ${memory.logged} logged start-ups of vLLM, predicted from their command lines:

${memory.text}

${memory.peer}

## Runs left out

By rules on the run alone, never on the error (\`tests/accuracy/exclusions.ts\`); most were found by looking at large errors.

${table(
  ["rule", "runs"],
  Object.entries(leftOut)
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => [rule, String(count)]),
)}
`;
}

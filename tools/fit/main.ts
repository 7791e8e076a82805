/**
 * Fits the constants of catalog/engines/step-time.json on the measured rows, through the planner's own prediction code.
 *
 *   npm run fit                         fit and write the constants
 *   npm run fit -- --cross-validate     the same, then leave out every group in turn and write the errors and the error bars
 *
 * Deterministic: the same rows and the same code give the same bytes. Nothing here runs when fleets are planned.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { observe } from "../../tests/accuracy/back-test.ts";
import { type CrossValidation, crossValidationUrl } from "../../tests/accuracy/cross-validation.ts";
import { crossValidate } from "./cross-validate.ts";
import { type Fit, fitConstants, isFitted } from "./fit.ts";
import { measuredOf, sourcesOf, unstatedFactors } from "./provenance.ts";
import { uncertaintyOf } from "./uncertainty.ts";

const constantsUrl = new URL("../../catalog/engines/step-time.json", import.meta.url);
const rowsUrl = new URL("../../tests/accuracy/data/throughput.json", import.meta.url);

const { rows, constants: form, observations, leftOut } = observe();
const rowsText = readFileSync(rowsUrl, "utf8");
const rowsSha256 = createHash("sha256").update(rowsText).digest("hex");
const full = fitConstants(form, observations);
const rowsFitted = observations.filter(({ figures }) => figures.some(isFitted)).length;
const fitted: StepTimeConstants = {
  ...withPriorMarks({ ...full, constants: { ...full.constants, engines: unstatedFactors(full.constants, observations) } }),
  about:
    "Constants of the step-time model in docs/performance.md, written by `npm run fit`. A family, format or engine value multiplies the global one. prior: no measured run touches it, it is a guess.",
  source: `Fit on ${rowsFitted} of ${rows} published runs; tests/accuracy/data/throughput.json names the source of each, docs/accuracy.md what the fit is worth.`,
  asOf: (JSON.parse(rowsText) as { asOf: string }).asOf,
  measured: measuredOf(form, observations),
  fit: {
    command: "npm run fit",
    rows,
    rowsFitted,
    figuresFitted: observations.reduce((sum, { figures }) => sum + figures.filter(isFitted).length, 0),
    rowsSha256,
    sources: sourcesOf(observations),
    leftOut: Object.fromEntries(Object.entries(leftOut).sort()),
  },
};
write(fitted);
console.log(`${fitted.fit.figuresFitted} figures of ${fitted.fit.rowsFitted} rows; ${full.parameters.length} constants written`);

if (process.argv.includes("--cross-validate")) {
  const figures = crossValidate(form, observations, full, (text) => console.error(text));
  const validation: CrossValidation = {
    about:
      "ln(predicted / measured) of every scored figure, and the evidence it rested on: fitted on all rows, and with its group left out of the fit.",
    rowsSha256,
    figures,
  };
  const lines = figures.map((figure) => JSON.stringify(figure)).join(",\n    ");
  writeFileSync(
    crossValidationUrl,
    `${JSON.stringify({ ...validation, figures: [] }, null, 2).replace('"figures": []', `"figures": [\n    ${lines}\n  ]`)}\n`,
  );
  write({ ...fitted, uncertainty: uncertaintyOf(form, observations, figures) });
}

/** A constant that no row touches kept its prior: it says so. */
function withPriorMarks({ constants, parameters, rowsTouched }: Fit): StepTimeConstants {
  const isPrior = (...start: (string | number)[]): boolean =>
    !parameters.some(({ path }, index) => start.every((key, at) => path[at] === key) && (rowsTouched[index] ?? 0) > 0);
  return {
    ...constants,
    links: mapValues(constants.links, (link, name) => ({ ...link, prior: isPrior("links", name) })),
    formats: mapValues(constants.formats, (format, name) => ({ ...format, prior: name !== "16-bit" && isPrior("formats", name) })),
    engines: constants.engines.map((engine, index) => ({ ...engine, prior: isPrior("engines", index) })),
  };
}

function mapValues<Name extends string, Value>(
  table: Record<Name, Value>,
  change: (value: Value, name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(Object.entries<Value>(table).map(([name, value]) => [name, change(value, name as Name)])) as Record<
    Name,
    Value
  >;
}

function write({ lengthVariation: _, network: __, ...constants }: StepTimeConstants): void {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(constantsUrl, `${JSON.stringify(constants, rounded, 2)}\n`);
}

/**
 * How far predictions are from published measurements: `npm run accuracy` prints docs/accuracy.md, writes it and its pictures.
 * Nothing is fitted here; the cross-validated errors are those that `npm run fit -- --cross-validate` committed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { loadCatalog } from "../../catalog/load.ts";
import { observe } from "../../tests/accuracy/back-test.ts";
import type { ScoredMetric } from "../../tests/accuracy/score.ts";
import { accuracyDocument } from "./document.ts";
import { scatter } from "./pictures.ts";
import { scoredFigures } from "./scored.ts";
import { titles } from "./sections.ts";

const { catalog } = loadCatalog();
const observed = observe();
const figures = scoredFigures(observed.observations);
const text = accuracyDocument(observed, figures, catalog);
console.log(text);

const docs = new URL("../../docs/", import.meta.url);
mkdirSync(new URL("pictures/", docs), { recursive: true });
writeFileSync(new URL("accuracy.md", docs), text);
const pictures: Partial<Record<ScoredMetric, string>> = { tpot: "ms", ttft: "ms", maxOutput: "tokens/s" };
for (const [metric, unit] of Object.entries(pictures) as [ScoredMetric, string][]) {
  writeFileSync(new URL(`pictures/${metric}.svg`, docs), await scatter(figures, metric, titles[metric], unit));
}

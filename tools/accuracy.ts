/** Prints how far predictions are from published measurements: `npm run accuracy`. */

import { gibibyte } from "../planner/units.ts";
import { backTest, peerPairs } from "../tests/accuracy/back-test.ts";
import { type Score, type ScoredMetric, summarize } from "../tests/accuracy/score.ts";
import { besidePeer, errors, predict, quantile, startUps } from "../tests/memory/start-up.ts";

const titles: Readonly<Record<ScoredMetric, string>> = {
  tpot: "TPOT, closed loop and running batch",
  tpotOpen: "TPOT, open loop below saturation",
  tpotSingle: "TPOT, single stream",
  singleStreamOutput: "output tok/s, single stream",
  ttft: "TTFT, unsaturated",
  maxOutput: "max output tok/s",
  saturatedOutput: "output tok/s, saturated online",
  staticBatch: "output tok/s, static batch",
};
const metrics = Object.keys(titles) as ScoredMetric[];

const cell = (value: number): string => value.toFixed(1).padStart(8);
const line = (title: string, scores: readonly Score[], rest = ""): string => {
  const { count, medianPercent, p90Percent, biasPercent } = summarize(scores);
  return `${title.padEnd(40)}${String(count).padStart(6)}${cell(medianPercent)}${cell(p90Percent)}${cell(biasPercent)}${rest}`;
};
const heading = (title: string, rest = ""): string => `\n${title.padEnd(40)}  rows  median     p90    bias${rest}`;

const { rows, scores, leftOut } = backTest();
const left = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
console.log(
  `${rows} measured rows, ${left} left out, ${scores.length} figures predicted. |error| in %, in-sample: the constants were fitted on these rows.`,
);
console.log("Cross-validated figures of the fit stand in docs/performance.md.");

console.log(heading("all GPUs"));
for (const metric of metrics)
  console.log(
    line(
      titles[metric],
      scores.filter((score) => score.metric === metric),
    ),
  );

for (const metric of metrics) {
  console.log(heading(titles[metric]));
  for (const family of [...new Set(scores.map(({ gpuFamily }) => gpuFamily))].sort()) {
    const some = scores.filter((score) => score.metric === metric && score.gpuFamily === family);
    if (some.length > 0) console.log(line(`  ${family}`, some));
  }
}

console.log(heading("rows aiconfigurator 0.10.0 predicts too", "   its median     p90    bias"));
const pairs = peerPairs(scores);
for (const group of [true, false]) {
  console.log(group ? "  its own sweep, in-sample for both" : "  other sources");
  for (const metric of metrics) {
    const common = pairs.filter(({ ours }) => ours.metric === metric && (ours.row.group === "aic-silicon") === group);
    if (common.length === 0) continue;
    const peer = summarize(common.map((pair) => pair.peer));
    const rest = `   ${cell(peer.medianPercent)}${cell(peer.p90Percent)}${cell(peer.biasPercent)}`;
    console.log(
      line(
        `    ${titles[metric]}`,
        common.map(({ ours }) => ours),
        rest,
      ),
    );
  }
}

console.log("\nleft out");
for (const [reason, count] of Object.entries(leftOut).sort(([, a], [, b]) => b - a)) console.log(`${String(count).padStart(6)}  ${reason}`);

const sizedStartUps = startUps.filter((row) => row.outside === null).map(predict);
const withCache = sizedStartUps.filter((row) => row.logged.kvCacheGiB !== null);
const oneStage = sizedStartUps.filter((row) => row.layout.pipelineParallel === 1);
const memoryFigures = {
  "weights per GPU": errors(
    sizedStartUps,
    (row) => row.weightsGiB,
    (row) => row.memory.weightBytesPerGpu / gibibyte,
  ),
  "activation peak": errors(
    oneStage,
    (row) => row.activationGiB,
    (row) => row.memory.activationBytesPerGpu / gibibyte,
  ),
  "KV cache tokens": errors(
    withCache,
    (row) => row.kvCacheTokens,
    (row) => row.memory.kvCacheTokens,
  ),
  "concurrency at max-model-len": errors(
    withCache,
    (row) => row.maxConcurrency,
    (row) => row.memory.maxConcurrency,
  ),
};
console.log(`\n${`memory: ${sizedStartUps.length} of ${startUps.length} logged start-ups`.padEnd(40)}  rows  median     p90`);
for (const [title, found] of Object.entries(memoryFigures)) {
  const percent = (share: number) => (100 * quantile(found, share)).toFixed(2).padStart(8);
  console.log(`${title.padEnd(40)}${String(found.length).padStart(6)}${percent(0.5)}${percent(0.9)}`);
}
const { own, peer } = besidePeer(sizedStartUps);
const percents = (found: readonly number[]) => [0.5, 0.9].map((share) => (100 * quantile(found, share)).toFixed(2).padStart(8)).join("");
console.log(
  `${"KV cache tokens, rows aiconfigurator predicts too".padEnd(40)}${String(own.length).padStart(6)}${percents(own)}   its${percents(peer)}`,
);

import { gibibyte } from "../../planner/units.ts";
import { besidePeer, errors, type Predicted, predict, quantile, startUps } from "../../tests/memory/start-up.ts";
import { table } from "./markdown.ts";

/** What vLLM logged at its start, beside what the memory model says from the command line alone. */
export function memoryTable(): { readonly text: string; readonly sized: number; readonly logged: number; readonly peer: string } {
  const sized = startUps.filter((row) => row.outside === null).map(predict);
  const withCache = sized.filter((row) => row.logged.kvCacheGiB !== null);
  const oneStage = sized.filter((row) => row.layout.pipelineParallel === 1);
  const line = (
    title: string,
    rows: readonly Predicted[],
    measured: (row: Predicted["logged"]) => number | null,
    predicted: (row: Predicted) => number,
  ) => {
    const found = errors(rows, measured, predicted);
    const percentAt = (share: number): string => (100 * quantile(found, share)).toFixed(2);
    return [title, String(found.length), `${percentAt(0.5)} / ${percentAt(0.9)}`];
  };
  const text = table(
    ["figure", "rows", "median / p90 of the error in %"],
    [
      line(
        "weights per GPU",
        sized,
        (row) => row.weightsGiB,
        ({ memory }) => memory.weightBytesPerGpu / gibibyte,
      ),
      line(
        "activation peak",
        oneStage,
        (row) => row.activationGiB,
        ({ memory }) => memory.activationBytesPerGpu / gibibyte,
      ),
      line(
        "KV cache tokens",
        withCache,
        (row) => row.kvCacheTokens,
        ({ memory }) => memory.kvCacheTokens,
      ),
      line(
        "concurrency at max-model-len",
        withCache,
        (row) => row.maxConcurrency,
        ({ memory }) => memory.maxConcurrency,
      ),
    ],
  );
  return { text, sized: sized.length, logged: startUps.length, peer: peerTable(sized) };
}

/** KV cache tokens of the start-ups that aiconfigurator sizes too. */
function peerTable(sized: readonly Predicted[]): string {
  const { own, peer } = besidePeer(sized);
  const cell = (found: readonly number[]): string => [0.5, 0.9].map((share) => (100 * quantile(found, share)).toFixed(2)).join(" / ");
  return table(
    ["KV cache tokens", "rows", "ours", "aiconfigurator"],
    [["median / p90 of the error in %", String(own.length), cell(own), cell(peer)]],
  );
}

import { Command } from "commander";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Corrector } from "../../planner/measurements/corrector.ts";
import { addCommonFlags, addExamples } from "../flags.ts";
import { addLayoutFlags } from "../layout-flags.ts";
import { addLoadFlags } from "../load-flags.ts";
import type { EstimateRequest } from "../request.ts";
import { type CommonFlags, renderingOf, type Session } from "../session.ts";

interface EstimateFlags extends CommonFlags {
  readonly batch?: string;
  readonly atOnce?: number;
  readonly measurements?: string;
}

export function estimateCommand(session: Session): Command {
  const command = new Command("estimate")
    .summary("how fast one layout serves")
    .description("Predicts latency and throughput of one replica under a load, with the 90 % interval of each figure.")
    .action((flags: EstimateFlags) => estimateOne(flags, session));
  addLoadFlags(addLayoutFlags(command))
    .option("--measurements <file>", "measured runs that correct the prediction, as gpufleet calibrate writes them")
    .option("--batch <file>", "read requests from a file of JSON lines, or from - (standard input)");
  return addExamples(addCommonFlags(command), [
    ["gpufleet estimate --model Qwen/Qwen3-8B --gpu l4 --input-tokens 1900 --output-tokens 400 --qps 0.5", "at a request rate"],
    ["gpufleet estimate --model Qwen/Qwen3-8B --gpu h100 --concurrency 64 --json", "with 64 requests in flight, as JSON"],
    ["gpufleet estimate --batch requests.jsonl", "many requests, see docs/batch.md"],
  ]);
}

async function estimateOne(flags: EstimateFlags, session: Session): Promise<void> {
  const [{ loadCatalog }, { readEstimateRequest }, { answerEstimate }, { requestFrom, checkedOrFail, refuseWithBatch, unanswerable }] =
    await Promise.all([import("../../catalog/load.ts"), import("../request.ts"), import("../answers.ts"), import("../request-flags.ts")]);
  const { catalog } = loadCatalog();
  const corrector = flags.measurements === undefined ? null : await correctorFrom(flags.measurements, catalog, session);
  const fields = requestFrom(flags);
  if (flags.batch !== undefined) {
    refuseWithBatch(fields);
    const { runBatch } = await import("../batch.ts");
    const answer = (request: EstimateRequest) => answerEstimate(request, catalog, session.io.directory, corrector);
    return await runBatch(flags.batch, { read: readEstimateRequest, answer }, session);
  }
  const request = checkedOrFail(readEstimateRequest({ ...fields, ...(flags.atOnce === undefined ? {} : { batch: flags.atOnce }) }));
  const answer = answerEstimate(request, catalog, session.io.directory, corrector);
  if ("error" in answer) throw unanswerable(answer.error);
  const { renderServingPoint } = await import("../../reports/serving-table.ts");
  if (flags.json) await session.printJson(answer);
  else await session.print(renderServingPoint(answer, renderingOf(session, flags)));
  if (!answer.fits) session.endWith(1);
}

/** The runs of a measurements file. A line that is not used is said on standard error; the others still count. */
async function correctorFrom(file: string, catalog: Catalog, session: Session): Promise<Corrector> {
  const [{ correctorOf }, { openMeasurements }, { findingText }] = await Promise.all([
    import("../../planner/measurements/corrector.ts"),
    import("../open-measurements.ts"),
    import("../../reports/finding-text.ts"),
  ]);
  const { runs, refused } = openMeasurements(file, session.io.directory, catalog);
  if (refused.length > 0) await session.io.err.write(`${refused.map(findingText).join("\n")}\n`);
  return correctorOf(runs, catalog.measurements);
}

import { Command, Option } from "commander";
import { addCommonFlags, addExamples, countFlag, positiveFlag, shareFlag } from "../flags.ts";
import { addLayoutFlags } from "../layout-flags.ts";
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
  addLayoutFlags(command)
    .addOption(new Option("--input-tokens <n>", "tokens of a mean prompt (default: 1024)").argParser(countFlag))
    .addOption(new Option("--output-tokens <n>", "tokens of a mean answer (default: 128)").argParser(countFlag))
    .addOption(new Option("--prefix-cache-hit-rate <share>", "share of input tokens already in the cache").argParser(shareFlag))
    .addOption(
      new Option("--concurrency <n>", "load: this many requests at any time")
        .argParser(positiveFlag)
        .conflicts(["qps", "saturated", "atOnce"]),
    )
    .addOption(
      new Option("--qps <rate>", "load: requests per second, arriving at random")
        .argParser(positiveFlag)
        .conflicts(["saturated", "atOnce"]),
    )
    .addOption(new Option("--saturated", "load: as much as the engine can take (the default)").conflicts(["atOnce"]))
    .addOption(new Option("--at-once <n>", "load: this many requests together, none after them").argParser(countFlag))
    .option("--measurements <file>", "measured runs that correct the prediction (not supported yet)")
    .option("--batch <file>", "read requests from a file of JSON lines, or from - (standard input)");
  return addExamples(addCommonFlags(command), [
    ["gpufleet estimate --model Qwen/Qwen3-8B --gpu l4 --input-tokens 1900 --output-tokens 400 --qps 0.5", "at a request rate"],
    ["gpufleet estimate --model Qwen/Qwen3-8B --gpu h100 --concurrency 64 --json", "with 64 requests in flight, as JSON"],
    ["gpufleet estimate --batch requests.jsonl", "many requests, see docs/batch.md"],
  ]);
}

async function estimateOne(flags: EstimateFlags, session: Session): Promise<void> {
  const [
    { loadCatalog },
    { readEstimateRequest },
    { answerEstimate },
    { requestFrom, checkedOrFail, refuseWithBatch, unanswerable },
    { notSupportedYet },
  ] = await Promise.all([
    import("../../catalog/load.ts"),
    import("../request.ts"),
    import("../answers.ts"),
    import("../request-flags.ts"),
    import("../failure.ts"),
  ]);
  if (flags.measurements !== undefined)
    throw notSupportedYet("--measurements", "run estimate without it to get the uncorrected prediction");
  const { catalog } = loadCatalog();
  const fields = requestFrom(flags);
  if (flags.batch !== undefined) {
    refuseWithBatch(fields);
    const { runBatch } = await import("../batch.ts");
    return await runBatch(
      flags.batch,
      { read: readEstimateRequest, answer: (request) => answerEstimate(request, catalog, session.io.directory) },
      session,
    );
  }
  const request = checkedOrFail(readEstimateRequest({ ...fields, ...(flags.atOnce === undefined ? {} : { batch: flags.atOnce }) }));
  const answer = answerEstimate(request, catalog, session.io.directory);
  if ("error" in answer) throw unanswerable(answer.error);
  const { renderServingPoint } = await import("../../reports/serving-table.ts");
  if (flags.json) await session.printJson(answer);
  else await session.print(renderServingPoint(answer, renderingOf(session, flags)));
  if (!answer.fits) session.endWith(1);
}

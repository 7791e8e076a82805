import { Command } from "commander";
import { addCommonFlags, addExamples } from "../flags.ts";
import { addLayoutFlags } from "../layout-flags.ts";
import { addLoadFlags } from "../load-flags.ts";
import type { CommonFlags, Session } from "../session.ts";

export interface CalibrateFlags extends CommonFlags {
  readonly from: readonly string[];
  readonly out: string;
  readonly atOnce?: number;
}

export function calibrateCommand(session: Session): Command {
  const command = new Command("calibrate")
    .summary("keep what a benchmark measured, to correct predictions")
    .description(
      "Reads results of vllm bench serve, sglang.bench_serving, trtllm-bench, AIPerf or GenAI-Perf, or measurement lines, and appends them to a measurements file. What a result does not say of the server is asked for by the flags.",
    )
    .requiredOption("--from <files...>", "result files")
    .option("--out <file>", "measurements file to append to", "measurements.jsonl")
    .action(async (flags: CalibrateFlags) => (await import("../calibrate-run.ts")).calibrate(flags, session));
  addLoadFlags(addLayoutFlags(command));
  return addExamples(addCommonFlags(command), [
    ["gpufleet calibrate --from result.json --gpu l40s --precision fp8 --tp 2 --engine-version 0.19.0", "a run of vllm bench serve"],
    ["gpufleet estimate --model Qwen/Qwen3-8B --gpu l40s --measurements measurements.jsonl", "a prediction that it corrects"],
  ]);
}

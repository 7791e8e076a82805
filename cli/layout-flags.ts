import { type Command, Option } from "commander";
import { defaults } from "../planner/spec/defaults.ts";
import { countFlag, positiveFlag, shareFlag } from "./flags.ts";

/** The flags that describe one layout, shared by `size` and `estimate`. Their names in batch lines are the same in camelCase. */
export function addLayoutFlags(command: Command): Command {
  return command
    .option("--model <name>", "catalog id or alias, such as a Hugging Face name")
    .option("--gpu <name>", "catalog id or alias, or what nvidia-smi prints; or an instance type without GPUs")
    .option(
      "--precision <name>",
      "format of the weights, such as bf16, fp8 or awq-int4; int4 for whichever the engine has (default: the model's own)",
    )
    .option("--kv-cache-dtype <name>", "format of the KV cache (default: auto, that of the activations)")
    .addOption(new Option("--tensor-parallel <n>", "GPUs that share each layer (short: --tp)").argParser(countFlag))
    .addOption(new Option("--pipeline-parallel <n>", "stages of layers (short: --pp)").argParser(countFlag))
    .addOption(new Option("--data-parallel <n>", "copies of the attention inside one replica (short: --dp)").argParser(countFlag))
    .addOption(new Option("--expert-parallel <n>", "GPUs that share the experts (short: --ep)").argParser(countFlag))
    .addOption(
      new Option("--max-model-len <tokens>", "longest request, input and output (default: what the model can)").argParser(countFlag),
    )
    .addOption(new Option("--max-num-seqs <n>", "requests in one engine step (default: the engine's)").argParser(countFlag))
    .addOption(new Option("--max-num-batched-tokens <n>", "tokens in one engine step (default: the engine's)").argParser(countFlag))
    .addOption(
      new Option("--gpu-memory-utilization <share>", "share of GPU memory for the engine (default: the engine's)").argParser(shareFlag),
    )
    .option("--enforce-eager", "run without CUDA graphs")
    .addOption(new Option("--lora-adapters <n>", "LoRA adapters on the GPU at once (default: none)").argParser(countFlag))
    .addOption(new Option("--lora-rank <n>", "their largest rank (default: 16)").argParser(countFlag))
    .option("--draft-model <name>", "model that drafts tokens (default, with --speculative-tokens: the model's own prediction block)")
    .addOption(new Option("--speculative-tokens <n>", "tokens drafted at a time (default: none)").argParser(countFlag))
    .addOption(
      new Option(
        "--speculative-acceptance <share>",
        "chance that a drafted token is accepted (default: the careful end of what is published)",
      ).argParser(shareFlag),
    )
    .option("--speculative-text <kind>", "kind of text, which moves that default, such as coding or writing (default: all kinds together)")
    .addOption(
      new Option("--cpu-offload-gb <gib>", "weights of each GPU that stay in the host's memory; says what it costs").argParser(
        positiveFlag,
      ),
    )
    .option("--engine <name>", `serving engine (default: ${defaults.engineName})`)
    .option(
      "--engine-version <version>",
      `its version (default: ${defaults.engineVersion} of ${defaults.engineName}, otherwise the newest one known)`,
    );
}

const shortForms: Readonly<Record<string, string>> = {
  "--tp": "--tensor-parallel",
  "--pp": "--pipeline-parallel",
  "--dp": "--data-parallel",
  "--ep": "--expert-parallel",
};

/** `--tp 2` and `--tp=2` in full, before the command line is read: an option has room for one long name only. */
export const expandShortForms = (argv: readonly string[]): string[] => {
  const end = argv.indexOf("--");
  return argv.map((argument, index) => {
    if (end !== -1 && index > end) return argument;
    const [name = "", ...value] = argument.split("=");
    const long = shortForms[name];
    return long === undefined ? argument : [long, ...value].join("=");
  });
};

import { type Command, Option } from "commander";
import { countFlag, positiveFlag, shareFlag } from "./flags.ts";

/** The flags that describe the requests and how they arrive, shared by `estimate` and `calibrate`. */
export function addLoadFlags(command: Command): Command {
  return command
    .addOption(new Option("--input-tokens <n>", "tokens of a mean prompt (default: 1024)").argParser(countFlag))
    .addOption(new Option("--output-tokens <n>", "tokens of a mean answer (default: 128)").argParser(countFlag))
    .addOption(new Option("--prefix-cache-hit-rate <share>", "share of input tokens already in the cache").argParser(shareFlag))
    .addOption(
      new Option("--documents-per-request <n>", "embed, rerank: texts that share the input tokens (default: 1)").argParser(countFlag),
    )
    .addOption(new Option("--audio-seconds <s>", "transcribe: length of a mean recording (default: 30)").argParser(positiveFlag))
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
    .addOption(new Option("--at-once <n>", "load: this many requests together, none after them").argParser(countFlag));
}

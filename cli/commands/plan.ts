import { Command, Option } from "commander";
import { addCommonFlags, addExamples, countFlag, positiveFlag, shareFlag, wholeFlag } from "../flags.ts";
import type { CommonFlags, Session } from "../session.ts";

/** Flags of `plan`; those of the second group describe the one workload of a plan without a file. */
export interface PlanFlags extends CommonFlags {
  readonly stack?: string;
  readonly explain?: string | true;
  readonly alternatives?: number;
  readonly maxPriceAge?: number;
  readonly verbose?: true;
  readonly write?: true;
  readonly check?: true;
  readonly fresh?: true;

  readonly model?: string;
  readonly precision?: readonly string[];
  readonly qps?: number;
  readonly averageContext?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly ttftP95Ms?: number;
  readonly tpotP95Ms?: number;
  readonly cloud?: readonly string[];
  readonly region?: readonly string[];
  readonly spotMaxShare?: number;
  readonly gpu?: readonly string[];
}

const collect = (value: string, previous: readonly string[] | undefined): string[] => [
  ...(previous ?? []),
  ...value.split(",").filter((part) => part !== ""),
];
const several = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be given several times`).argParser(collect);

export function planCommand(session: Session): Command {
  const command = new Command("plan")
    .summary("the cheapest fleet for a spec, or the cheapest ways to serve one model")
    .description(
      "Plans the cheapest fleet for a spec and shows its cost, its latencies and how close to the cheapest it is. With --model: compares the cheapest ways to serve one model, without a file.",
    )
    .argument("[spec]", "path of a fleet spec (default: the only one in stacks/)")
    .action((spec: string | undefined, flags: PlanFlags) => plan(spec, flags, session));
  command
    .option("--stack <name>", "plan stacks/<name>.fleet.yaml")
    .option(
      "--explain [workload]",
      "say why other layouts and instance types were not taken and what the spec's lines cost; of one workload in detail",
    )
    .addOption(
      new Option("--alternatives <n>", "show this many next-best fleets, and other ways to serve each workload").argParser(countFlag),
    )
    .addOption(new Option("--max-price-age <days>", "exit with 1 when a spot price of the plan is older").argParser(wholeFlag))
    .option("--verbose", "show every assumption and every rejected candidate")
    .option("--fresh", "plan from nothing, also where a lock says what is deployed")
    .option("--write", "keep the plan as the lock beside the spec, which is what gets deployed")
    .addOption(
      new Option("--check", "plan nothing; exit with 1 when the lock no longer answers the spec").conflicts([
        "write",
        "explain",
        "alternatives",
      ]),
    );
  command
    .optionsGroup("One workload without a file:")
    .option("--model <name>", "catalog id or alias, such as a Hugging Face name")
    .addOption(several("--precision <name>", "format of the weights, or auto (default: auto)"))
    .addOption(new Option("--qps <rate>", "requests per second at the busiest hour").argParser(positiveFlag))
    .addOption(new Option("--average-context <tokens>", "tokens of a mean request, input and output").argParser(countFlag))
    .addOption(new Option("--input-tokens <n>", "of these, input").argParser(countFlag))
    .addOption(new Option("--output-tokens <n>", "of these, output").argParser(countFlag))
    .addOption(new Option("--ttft-p95-ms <ms>", "target for the time to the first token").argParser(positiveFlag))
    .addOption(new Option("--tpot-p95-ms <ms>", "target for the time per further token").argParser(positiveFlag))
    .addOption(several("--cloud <name>", "aws or gcp (default: aws)"))
    .addOption(several("--region <name>", "region of that cloud"))
    .addOption(several("--gpu <name>", "only this GPU"))
    .addOption(new Option("--spot-max-share <share>", "largest share of the capacity on spot (default: 0)").argParser(shareFlag));
  return addExamples(addCommonFlags(command.optionsGroup("Options:")), [
    ["gpufleet plan stacks/demo.fleet.yaml", "plan a fleet"],
    ["gpufleet plan --stack demo --explain support-chat", "and say why not otherwise"],
    ["gpufleet plan --stack demo --write", "and keep it: write stacks/demo.plan.json"],
    ["gpufleet plan --model Llama-3.3-70B-Instruct --precision fp8 --qps 6 --average-context 2300", "cheapest ways to serve one model"],
  ]);
}

async function plan(spec: string | undefined, flags: PlanFlags, session: Session): Promise<void> {
  const { planSpec, planOneWorkload } = await import("../plan-run.ts");
  if (flags.model === undefined) await planSpec(spec, flags, session);
  else await planOneWorkload(spec, flags, session);
}

import { Command } from "commander";
import { addCommonFlags, addExamples } from "../flags.ts";
import type { CommonFlags, Session } from "../session.ts";

export function validateCommand(session: Session): Command {
  const command = new Command("validate")
    .summary("check a fleet spec")
    .description("Checks a fleet spec against the schema and the catalog and names every mistake at once. Plans nothing.")
    .argument("<spec>", "path of a fleet spec")
    .action((path: string, flags: CommonFlags) => validate(path, flags, session));
  return addExamples(addCommonFlags(command), [["gpufleet validate stacks/demo.fleet.yaml", "exit code 2 when there is a mistake"]]);
}

async function validate(path: string, flags: CommonFlags, session: Session): Promise<void> {
  const { openSpec } = await import("../open-spec.ts");
  const { spec, assumptions } = openSpec(path, session.io.directory);
  if (flags.json) return await session.printJson({ valid: true, findings: [], assumptions });
  const workloads = `${spec.workloads.length} workload${spec.workloads.length === 1 ? "" : "s"}`;
  await session.print(`${path}: valid, ${workloads}, ${assumptions.length} values assumed (gpufleet plan names them)`);
}

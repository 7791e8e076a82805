import { Command } from "commander";
import { addCommonFlags, addExamples } from "../flags.ts";
import type { CommonFlags, Session } from "../session.ts";

export function schemaCommand(session: Session): Command {
  const command = new Command("schema")
    .summary("print the JSON Schema of a fleet spec")
    .description("Prints the JSON Schema of a fleet spec, with descriptions, units and defaults, for editors.")
    .action((_flags: CommonFlags) => printSchema(session));
  return addExamples(addCommonFlags(command), [["gpufleet schema > fleet.schema.json", "let an editor complete and explain"]]);
}

async function printSchema(session: Session): Promise<void> {
  const { fleetJsonSchema } = await import("../../planner/spec/json-schema.ts");
  await session.printJson(fleetJsonSchema());
}

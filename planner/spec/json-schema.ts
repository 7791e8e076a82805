import { z } from "zod";
import { fleetSchema } from "./schema/fleet.ts";

/**
 * The JSON Schema of a fleet spec, for editors: draft 7, which the YAML language server knows best. It describes what one field may be;
 * what fields must be to each other (one demand, agreeing lengths) and to the catalog is said by `gpufleet validate`.
 */
export function fleetJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(fleetSchema, { io: "input", target: "draft-07" });
  return { $schema, title: "Fleet spec of gpu-fleet-planner", ...schema };
}

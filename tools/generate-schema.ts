import { readFileSync, writeFileSync } from "node:fs";
import { fleetJsonSchema } from "../planner/spec/json-schema.ts";
import { withTables } from "./spec-reference.ts";

/** Writes what is made from the spec's schema: stacks/fleet.schema.json for editors, and the tables of docs/spec.md. */
const schemaFile = new URL("../stacks/fleet.schema.json", import.meta.url);
const pageFile = new URL("../docs/spec.md", import.meta.url);

const schema = fleetJsonSchema();
writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
writeFileSync(pageFile, withTables(readFileSync(pageFile, "utf8"), schema));
console.log("wrote stacks/fleet.schema.json and the tables of docs/spec.md");

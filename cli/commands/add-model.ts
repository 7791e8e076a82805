import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { isSeq, parseDocument, stringify } from "yaml";
import { loadCatalog } from "../../catalog/load.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../../planner/finding.ts";
import { findingText } from "../../reports/finding-text.ts";
import { badInput, Failure } from "../failure.ts";
import { addCommonFlags, addExamples } from "../flags.ts";
import { readModelPath } from "../model-files.ts";
import type { CommonFlags, Session } from "../session.ts";

interface AddModelFlags extends CommonFlags {
  readonly id?: string;
  readonly write?: string;
}

export function addModelCommand(session: Session): Command {
  const command = new Command("add-model")
    .summary("catalog facts of a model from its own files")
    .description(
      "Reads config.json of a Hugging Face model (and model.safetensors.index.json or the headers of the weights beside it), or a GGUF file, and prints the model as a row for catalogOverrides. Nothing is fetched; weights are not read.",
    )
    .argument("<path>", "folder of the model, its config.json, or a .gguf file")
    .option("--id <name>", "what the model is called (default: the name of the folder or file)")
    .option("--write <file>", "add the row to this overrides file instead of printing it")
    .action((path: string, flags: AddModelFlags) => addModel(path, flags, session));
  return addExamples(addCommonFlags(command), [
    ["gpufleet catalog add-model ./my-llama --id acme/my-llama", "print the row"],
    ["gpufleet catalog add-model ./my-llama --write catalog.local.yaml", "keep it for specs that name that file"],
  ]);
}

async function addModel(path: string, flags: AddModelFlags, session: Session): Promise<void> {
  const { catalog } = loadCatalog();
  const read = readModelPath(path, session.io.directory, catalog, flags.id);
  if (!("model" in read)) throw new Failure(2, read.findings);
  const row = rowOf(read.model, path);
  for (const note of read.notes) await session.io.err.write(`${findingText(note)}\n`);
  if (flags.write !== undefined) {
    const what = writeRow(resolve(session.io.directory, flags.write), flags.write, row);
    return flags.json
      ? await session.printJson({ file: flags.write, model: row })
      : await session.print(`${what} ${row.id} in ${flags.write}`);
  }
  if (flags.json) await session.printJson(row);
  else await session.print(stringify({ models: [row] }, { lineWidth: 140 }));
}

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** What an overrides file has to say: fields that are null or empty by default are left out, and the path is no alias. */
function rowOf(model: Model, path: string): Row {
  const aliases = model.aliases.filter((alias) => alias !== path);
  const said = Object.entries({ ...model, aliases }).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
  return { ...Object.fromEntries(said), id: model.id };
}

/** Adds the row, or puts it in the place of one with the same id; comments and order of the file stay. Written whole or not at all. */
function writeRow(file: string, shown: string, row: Row): "Added" | "Replaced" {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const document = parseDocument(text.trim() === "" ? "{}" : text);
  const [error] = document.errors;
  if (error !== undefined) throw badInput(unreadable(shown, `is no YAML: ${error.message.split("\n")[0]}`));
  const models = document.get("models");
  if (models !== undefined && !isSeq(models)) throw badInput(unreadable(shown, "has something else than a list under models"));
  const place = isSeq(models) ? models.items.findIndex((_, index) => document.getIn(["models", index, "id"]) === row.id) : -1;
  if (place >= 0) document.setIn(["models", place], document.createNode(row));
  else if (isSeq(models)) models.add(document.createNode(row));
  else document.set("models", document.createNode([row]));
  const written = document.toString({ lineWidth: 140 });
  const { findings } = loadCatalog({ overridesText: written, overridesFile: shown });
  if (findings.length > 0) throw new Failure(2, findings);
  const temporary = `${file}.new`;
  writeFileSync(temporary, written);
  renameSync(temporary, file);
  return place >= 0 ? "Replaced" : "Added";
}

const unreadable = (path: string, message: string): Finding => ({
  code: "unreadable-overrides",
  path,
  message,
  suggestion: "mend the file, or name another with --write",
});

import { Argument, Command } from "commander";
import type { Catalog } from "../../catalog/catalog.ts";
import { type CatalogKind, type CatalogRows, catalogKinds } from "../../reports/catalog-table.ts";
import { badInput } from "../failure.ts";
import { addCommonFlags, addExamples } from "../flags.ts";
import { type CommonFlags, renderingOf, type Session } from "../session.ts";
import { addModelCommand } from "./add-model.ts";

interface ListFlags extends CommonFlags {
  readonly filter?: string;
}

export function catalogCommand(session: Session): Command {
  const list = new Command("list")
    .summary("list rows of the catalog")
    .description("Lists what the catalog knows. Without a kind: how many rows of each.")
    .addArgument(new Argument("[kind]", "what to list").choices(catalogKinds))
    .option("--filter <text>", "only rows that show this text, in any case")
    .action((kind: CatalogKind | undefined, flags: ListFlags) => listRows(kind, flags, session));
  const show = new Command("show")
    .summary("show everything about one GPU, model, instance type or engine")
    .description("Shows everything the catalog knows about one GPU, model, instance type or engine, with its source and date.")
    .argument("<id>", "id or alias")
    .action((id: string, flags: CommonFlags) => showRow(id, flags, session));
  const check = new Command("check")
    .summary("look for mistakes in the catalog")
    .description(
      "Looks for prices without an instance type, instance types without a GPU, implausible prices, dates and duplicates. Exit code 1 when there are findings.",
    )
    .action((flags: CommonFlags) => checkRows(flags, session));
  const command = new Command("catalog")
    .summary("what the planner knows about GPUs, models, prices, ...")
    .description("Shows and checks what the planner knows about GPUs, models, instance types, prices and engines.")
    .addCommand(addExamples(addCommonFlags(list), [["gpufleet catalog list prices --filter us-east-1", "every price in one region"]]))
    .addCommand(addExamples(addCommonFlags(show), [["gpufleet catalog show g6e.12xlarge", "an instance type and its prices"]]))
    .addCommand(addExamples(addCommonFlags(check), [["gpufleet catalog check --json", "findings as JSON"]]))
    .addCommand(addModelCommand(session))
    .helpOption("-h, --help", "show this help");
  return addExamples(command, [
    ["gpufleet catalog list gpus", "every GPU"],
    ["gpufleet catalog show Qwen/Qwen3-8B", "all facts of a model"],
  ]);
}

const rowsOf = (catalog: Catalog): { readonly [Kind in CatalogKind]: readonly CatalogRows[Kind][] } => ({
  gpus: catalog.gpus,
  models: catalog.models,
  instances: catalog.instanceTypes,
  prices: catalog.prices,
  engines: catalog.engines,
});

async function listRows(kind: CatalogKind | undefined, flags: ListFlags, session: Session): Promise<void> {
  const [{ loadCatalog }, { filterRows, renderCatalogRows }] = await Promise.all([
    import("../../catalog/load.ts"),
    import("../../reports/catalog-table.ts"),
  ]);
  const { catalog } = loadCatalog();
  const rows = rowsOf(catalog);
  if (kind === undefined) {
    if (flags.filter !== undefined) {
      throw badInput({
        code: "filter-without-kind",
        path: "--filter",
        message: "needs a kind",
        suggestion: `name one of ${catalogKinds.join(", ")}`,
      });
    }
    const counts = { asOf: catalog.asOf, ...Object.fromEntries(catalogKinds.map((each) => [each, rows[each].length])) };
    if (flags.json) return await session.printJson(counts);
    const lines = Object.entries(counts).map(([name, count]) => `${name.padEnd(10)} ${String(count).padStart(5)}`);
    return await session.print(lines.join("\n"));
  }
  const shown = flags.filter === undefined ? rows[kind] : filterRows(kind, rows[kind], flags.filter);
  if (flags.json) await session.printJson(shown);
  else await session.print(renderCatalogRows(kind, shown, renderingOf(session, flags)));
}

async function showRow(id: string, flags: CommonFlags, session: Session): Promise<void> {
  const [{ loadCatalog }, { findGpu, findInstanceType, findModel, suggest }, { renderFacts }, { renderCatalogRows }] = await Promise.all([
    import("../../catalog/load.ts"),
    import("../../catalog/lookup.ts"),
    import("../../reports/facts.ts"),
    import("../../reports/catalog-table.ts"),
  ]);
  const { catalog } = loadCatalog();
  const instance = findInstanceType(catalog, id);
  const engine = catalog.engines.find((profile) => profile.name === id.toLowerCase());
  const row = instance ?? engine ?? findGpu(catalog, id) ?? findModel(catalog, id);
  if (row === undefined) {
    const names = [...catalog.instanceTypes, ...catalog.gpus, ...catalog.models].map((known) => known.id);
    const near = suggest(id, names);
    throw badInput({
      code: "unknown-id",
      path: id,
      message: "no GPU, model, instance type or engine of the catalog has this name",
      suggestion: near === undefined ? "gpufleet catalog list shows what there is" : `did you mean ${near}?`,
    });
  }
  const rendering = renderingOf(session, flags);
  if (instance === undefined) return flags.json ? await session.printJson(row) : await session.print(renderFacts(row, rendering));
  const prices = catalog.prices.filter((price) => price.instance === instance.id);
  if (flags.json) await session.printJson({ ...instance, prices });
  else await session.print(`${renderFacts(instance, rendering)}\n${renderCatalogRows("prices", prices, rendering)}`);
}

async function checkRows(flags: CommonFlags, session: Session): Promise<void> {
  const [{ loadCatalog }, { checkCatalog }, { findingText }] = await Promise.all([
    import("../../catalog/load.ts"),
    import("../../catalog/check.ts"),
    import("../../reports/finding-text.ts"),
  ]);
  const findings = checkCatalog(loadCatalog().catalog);
  if (flags.json) await session.printJson({ findings });
  else if (findings.length > 0) await session.print(findings.map(findingText).join("\n"));
  else await session.print("no findings");
  if (findings.length > 0) session.endWith(1);
}

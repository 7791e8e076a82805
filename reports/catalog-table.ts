import type { EngineProfile } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { InstanceType } from "../catalog/schema/instance-type.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Price } from "../catalog/schema/price.ts";
import { type Column, renderColumns } from "./columns.ts";
import { grouped, hourlyDecimals } from "./money.ts";
import { counted, gibibytes } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** The rows of a catalog by kind, in the words of `gpufleet catalog list`. */
export interface CatalogRows {
  readonly gpus: Gpu;
  readonly models: Model;
  readonly instances: InstanceType;
  readonly prices: Price;
  readonly engines: EngineProfile;
}

export type CatalogKind = keyof CatalogRows;
export const catalogKinds: readonly CatalogKind[] = ["gpus", "models", "instances", "prices", "engines"];

const known = (value: number | null, decimals = 0): string => (value === null ? "-" : grouped(value, decimals));

const gpuColumns: readonly Column<Gpu>[] = [
  { header: "GPU", cell: (gpu) => gpu.id },
  { header: "Architecture", cell: (gpu) => gpu.architecture, drop: 3 },
  { header: "Capability", cell: (gpu) => gpu.computeCapability ?? "-", drop: 2 },
  { header: "Usable MiB", align: "right", cell: (gpu) => known(gpu.memoryUsableMiB) },
  { header: "GB/s", align: "right", cell: (gpu) => known(gpu.memoryBandwidthGBps) },
  { header: "bf16 TFLOPS", align: "right", cell: (gpu) => known(gpu.tflopsDense.bf16) },
  { header: "fp8 TFLOPS", align: "right", cell: (gpu) => known(gpu.tflopsDense.fp8), drop: 4 },
  { header: "Link", cell: (gpu) => gpu.link, drop: 5 },
  { header: "Facts as of", cell: (gpu) => gpu.asOf, drop: 1 },
];

const modelColumns: readonly Column<Model>[] = [
  { header: "Model", cell: (model) => model.id },
  { header: "Task", cell: (model) => model.task, drop: 3 },
  { header: "Architecture", cell: (model) => model.architecture, drop: 4 },
  { header: "Parameters, 1e9", align: "right", cell: (model) => grouped(model.parameters / 1e9, 2) },
  { header: "Context", align: "right", cell: (model) => grouped(model.maxContext) },
  { header: "Native", cell: (model) => model.nativePrecision, drop: 2 },
  { header: "Facts as of", cell: (model) => model.asOf, drop: 1 },
];

const instanceColumns: readonly Column<InstanceType>[] = [
  { header: "Instance type", cell: (instance) => instance.id },
  { header: "Cloud", cell: (instance) => instance.cloud },
  { header: "GPU", cell: (instance) => instance.gpu ?? "-" },
  { header: "GPUs", align: "right", cell: (instance) => grouped(instance.gpuCount) },
  { header: "vCPUs", align: "right", cell: (instance) => grouped(instance.vcpus) },
  { header: "Memory GiB", align: "right", cell: (instance) => gibibytes(instance.memoryBytes) },
  { header: "Between GPUs", cell: (instance) => instance.interconnect ?? "-", drop: 2 },
  { header: "Facts as of", cell: (instance) => instance.asOf, drop: 1 },
];

function priceColumns(rows: readonly Price[]): readonly Column<Price>[] {
  const decimals = hourlyDecimals(
    rows.flatMap(({ onDemand, spot }) => [onDemand, spot].flatMap((price) => (price === null ? [] : [price.usdPerHour]))),
  );
  const amount = (price: Price["onDemand"]): string =>
    price === null ? "unpriced" : `${price.estimated ? "~" : ""}${grouped(price.usdPerHour, decimals)}`;
  return [
    { header: "Instance type", cell: (price) => price.instance },
    { header: "Region", cell: (price) => price.region },
    { header: "On-demand $/h", align: "right", cell: ({ onDemand }) => amount(onDemand) },
    { header: "as of", cell: ({ onDemand }) => onDemand?.asOf ?? "" },
    { header: "Spot $/h", align: "right", cell: ({ spot }) => amount(spot) },
    { header: "as of ", cell: ({ spot }) => spot?.asOf ?? "" },
  ];
}

const engineColumns: readonly Column<EngineProfile>[] = [
  { header: "Engine", cell: (engine) => engine.name },
  { header: "Versions known", cell: (engine) => `${engine.oldestVersion} to ${engine.newestVersion}` },
  { header: "Memory constants", cell: (engine) => (engine.estimated ? "estimated" : "measured") },
  { header: "Precisions", align: "right", cell: (engine) => grouped(engine.formats.length) },
  { header: "Facts as of", cell: (engine) => engine.asOf },
];

function columnsOf(kind: CatalogKind, rows: readonly never[]): readonly Column<never>[] {
  switch (kind) {
    case "gpus":
      return gpuColumns;
    case "models":
      return modelColumns;
    case "instances":
      return instanceColumns;
    case "prices":
      return priceColumns(rows);
    case "engines":
      return engineColumns;
  }
}

/** Rows of one kind whose visible words contain `filter`, in any case. */
export function filterRows<Kind extends CatalogKind>(kind: Kind, rows: readonly CatalogRows[Kind][], filter: string): CatalogRows[Kind][] {
  const columns = columnsOf(kind, rows as readonly never[]) as readonly Column<CatalogRows[Kind]>[];
  const wanted = filter.toLowerCase();
  return rows.filter((row) => {
    const aliases = "aliases" in row ? row.aliases : [];
    return [...columns.map((column) => column.cell(row)), ...aliases].some((text) => text.toLowerCase().includes(wanted));
  });
}

export function renderCatalogRows<Kind extends CatalogKind>(kind: Kind, rows: readonly CatalogRows[Kind][], rendering: Rendering): string {
  const style = styleFor(rendering.color);
  const noun = { gpus: "GPU", models: "model", instances: "instance type", prices: "price", engines: "engine" }[kind];
  const count = style.faint(counted(rows.length, noun));
  if (rows.length === 0) return `${count}\n`;
  const columns = columnsOf(kind, rows as readonly never[]) as readonly Column<CatalogRows[Kind]>[];
  const estimated = kind === "prices" ? style.faint(" (~ marks a price computed from another one)") : "";
  return `${[...renderColumns({ columns, rows }, rendering), "", `${count}${estimated}`].join("\n")}\n`;
}

import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import type { MemoryBudget } from "../planner/memory/memory-budget.ts";
import { type Column, renderColumns, wrap } from "./columns.ts";
import { takenForGranted } from "./finding-lines.ts";
import { findingText } from "./finding-text.ts";
import { layoutText } from "./layout-text.ts";
import { modelName } from "./model-name.ts";
import { grouped } from "./money.ts";
import { gibibytes, percent } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** A layout and, when the engine accepts it, where the memory of each of its GPUs goes. */
export interface LayoutMemory extends Partial<Omit<MemoryBudget, "fits" | "finding" | "kvBytesPerSequence">> {
  readonly model: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly layout: Layout;
  readonly fits: boolean;
  readonly finding: Finding | null;
  /** What was taken for granted on the way to this answer. */
  readonly assumptions?: readonly Finding[];
}

interface Part {
  readonly name: string;
  readonly bytes: number;
}

/** `device` names what the memory is of and which libraries take a part of it. */
export function renderMemory(sized: LayoutMemory, device: Device, rendering: Rendering): string {
  const style = styleFor(rendering.color);
  const verdict = sized.fits ? style.good("fits") : style.bad("does not fit");
  const lines = [
    `${style.strong(modelName(sized.model))} on ${layoutText(sized.layout)}, ${sized.engine} ${sized.engineVersion}: ${verdict}`,
  ];
  lines.push(...takenForGranted(sized.assumptions ?? [], rendering));
  if (sized.finding !== null) lines.push(...wrap(findingText({ ...sized.finding, path: "" }), rendering.width, "  ", "  "));
  const { totalBytesPerGpu: total } = sized;
  if (total === undefined) return `${lines.join("\n")}\n`;
  const words = wordsOf(device);
  const used: readonly Part[] = [
    { name: "Weights", bytes: sized.weightBytesPerGpu ?? 0 },
    { name: "Activations at their peak", bytes: sized.activationBytesPerGpu ?? 0 },
    { name: words.libraries, bytes: sized.nonTorchBytesPerGpu ?? 0 },
    ...(words.graphs === null ? [] : [{ name: words.graphs, bytes: sized.cudaGraphBytesPerGpu ?? 0 }]),
    { name: "KV cache", bytes: sized.kvCacheBytesPerGpu ?? 0 },
  ];
  const unused = total - used.reduce((sum, part) => sum + part.bytes, 0);
  const parts = unused > 0 ? [...used, { name: "Left unused", bytes: unused }] : used;
  const columns: readonly Column<Part>[] = [
    { header: words.place, cell: (part) => part.name },
    { header: "GiB", align: "right", cell: (part) => gibibytes(part.bytes) },
    { header: "Share", align: "right", cell: (part) => percent(part.bytes / total) },
  ];
  return `${[
    ...lines,
    "",
    ...renderColumns({ columns, rows: parts, total: { GiB: gibibytes(total), Share: percent(1) } }, rendering),
    "",
    cacheText(sized),
    ...wrap(style.faint(settingsText(sized.layout, device)), rendering.width),
  ].join("\n")}\n`;
}

export type Device = Pick<Gpu, "memoryKind" | "vendor">;

interface DeviceWords {
  readonly place: string;
  readonly libraries: string;
  /** Null where nothing captures graphs. */
  readonly graphs: string | null;
}

function wordsOf({ memoryKind, vendor }: Device): DeviceWords {
  if (memoryKind === "host") return { place: "In the host's memory", libraries: "Server process", graphs: null };
  if (vendor === "Apple") return { place: "On each GPU", libraries: "Metal", graphs: null };
  if (vendor === "AMD") return { place: "On each GPU", libraries: "HIP and RCCL", graphs: "HIP graphs" };
  return { place: "On each GPU", libraries: "CUDA and NCCL", graphs: "CUDA graphs" };
}

function settingsText(layout: Layout, { memoryKind }: Device): string {
  const batch = `max-num-seqs ${layout.maxNumSeqs}, max-num-batched-tokens ${layout.maxNumBatchedTokens}`;
  if (memoryKind === "host") return `${batch}, ${percent(layout.gpuMemoryUtilization)} of the memory`;
  const eager = layout.enforceEager ? ", enforce-eager" : "";
  return `${batch}, gpu-memory-utilization ${layout.gpuMemoryUtilization}, kv-cache-dtype ${layout.kvCacheDtype}${eager}`;
}

function cacheText({ kvCacheTokens = 0, maxConcurrency = 0, layout }: LayoutMemory): string {
  const atOnce = `${grouped(maxConcurrency, 2)} requests of ${grouped(layout.maxModelLen)} tokens at once`;
  return kvCacheTokens === 0 ? atOnce : `KV cache of the replica: ${grouped(kvCacheTokens)} tokens = ${atOnce}`;
}

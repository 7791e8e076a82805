import type { Catalog } from "../catalog/catalog.ts";
import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Gpu } from "../catalog/schema/gpu.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { type Adapters, noDraftsBesideAdapters } from "../planner/layouts/adapters.ts";
import { isHost } from "../planner/layouts/host.ts";
import type { Beside } from "../planner/memory/beside.ts";
import { besideOf } from "../planner/performance/named-speculation.ts";
import type { Speculation } from "../planner/performance/speculation.ts";
import { gibibyte } from "../planner/units.ts";
import { readAdapters } from "./adapter-request.ts";
import type { SizeRequest } from "./request.ts";
import { readSpeculation } from "./speculation-request.ts";

export type BesideReading =
  | {
      readonly beside: Beside;
      readonly speculation?: Speculation;
      readonly adapters?: Adapters;
      readonly assumptions: readonly Finding[];
    }
  | { readonly finding: Finding };

/** Adapters, drafts and offloading that a request asks for. `named` looks a model up. */
export function readBeside(
  request: SizeRequest,
  model: Model,
  gpu: Gpu,
  release: EngineRelease,
  catalog: Catalog,
  named: (name: string) => { readonly model: Model } | { readonly finding: Finding },
): BesideReading {
  if (request.cpuOffloadGb !== undefined && isHost(gpu)) return { finding: noOffload(request.cpuOffloadGb, gpu) };
  const lora = readAdapters(request, model, release);
  if ("finding" in lora) return lora;
  const drafts = readSpeculation(request, model, catalog, named);
  if ("finding" in drafts) return drafts;
  const { adapters } = lora;
  const { speculation } = drafts;
  if (adapters !== undefined && speculation !== undefined) return { finding: noDraftsBesideAdapters("loraAdapters") };
  const cpuOffloadBytes = (request.cpuOffloadGb ?? 0) * gibibyte;
  const held = besideOf(speculation, adapters);
  return {
    beside: cpuOffloadBytes === 0 ? held : { ...held, cpuOffloadBytes },
    ...(speculation === undefined ? {} : { speculation }),
    ...(adapters === undefined ? {} : { adapters }),
    assumptions: [
      ...(cpuOffloadBytes === 0 ? [] : [offloadCost(cpuOffloadBytes, gpu, catalog)]),
      ...lora.assumptions,
      ...drafts.assumptions,
    ],
  };
}

const noOffload = (value: number, gpu: Gpu): Finding => ({
  code: "no-offload-on-host",
  path: "cpuOffloadGb",
  message: `${gpu.id} has no GPU: its weights are in the host's memory as it is`,
  value,
  suggestion: "leave cpuOffloadGb out",
});

/** Every step reads the offloaded weights over PCIe once, so a token cannot come faster than that. */
function offloadCost(bytes: number, gpu: Gpu, catalog: Catalog): Finding {
  const link = gpu.pcieGen === null ? "pcie4" : gpu.pcieGen >= 5 ? "pcie5" : gpu.pcieGen === 4 ? "pcie4" : "pcie3";
  const { oneWayGBps } = catalog.stepTime.links[link];
  const milliseconds = Math.round(bytes / (oneWayGBps * 1e6));
  return {
    code: "cpu-offload-cost",
    path: "cpuOffloadGb",
    message: `${(bytes / gibibyte).toFixed(1)} GiB of weights cross PCIe in every step: no token in less than ${milliseconds} ms, whatever the load (${oneWayGBps} GB/s); nothing else here counts that in, and no plan uses it`,
    value: milliseconds,
    unit: "ms",
    suggestion: "take more GPUs or a smaller precision",
  };
}

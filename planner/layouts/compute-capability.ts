import type { EngineRelease, KvFormat, WeightFormat } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { hostEngineFor, isHost } from "./host.ts";
import type { Layout } from "./layout.ts";
import type { Precision } from "./precision.ts";

/** How a GPU runs a weight format: with kernels of its own type, with weights unpacked to 16 bits, or not at all. */
export type KernelSupport = "native" | "weight-only" | "none";

/** CUDA compute capability as a number (8.9); null for GPUs of other vendors, and for processors. */
export function computeCapability(gpu: Gpu): number | null {
  if (gpu.vendor.toLowerCase() !== "nvidia" || gpu.computeCapability === null || isHost(gpu)) return null;
  return Number(gpu.computeCapability);
}

export function kernelSupport(gpu: Gpu, format: WeightFormat): KernelSupport {
  const capability = computeCapability(gpu);
  if (capability === null) return format.otherArchitectures.includes(gpu.computeCapability ?? "") ? "native" : "none";
  if (format.unsupportedFromComputeCapability !== null && capability >= format.unsupportedFromComputeCapability) return "none";
  if (capability >= format.minComputeCapability) return "native";
  return format.weightOnly.some((fallback) => capability >= fallback.minComputeCapability) ? "weight-only" : "none";
}

/** What of a layout the hardware or the engine's kernels refuse. */
export function hardwareFindings(model: Model, gpu: Gpu, layout: Layout, release: EngineRelease): Finding[] {
  const engine = engineFinding(model, gpu, release);
  if (engine !== null) return [engine];
  return [precisionFinding(gpu, layout, release), kvFinding(gpu, layout, release)].filter((finding) => finding !== null);
}

function engineFinding(model: Model, gpu: Gpu, release: EngineRelease): Finding | null {
  const capability = computeCapability(gpu);
  const runs =
    capability === null ? release.otherArchitectures.includes(gpu.computeCapability ?? "") : capability >= release.minComputeCapability;
  if (runs) return null;
  if (isHost(gpu)) {
    return {
      code: "gpu-not-supported-by-engine",
      path: "gpu",
      message: `${release.engine} ${release.version} does not run on ${gpu.id}, which has no GPU`,
      value: gpu.id,
      suggestion: `use the engine ${hostEngineFor(model.task)}, or name a GPU`,
    };
  }
  return {
    code: "gpu-not-supported-by-engine",
    path: "gpu",
    message: `${release.engine} ${release.version} does not run on ${gpu.id}`,
    value: gpu.computeCapability,
    limit: release.minComputeCapability,
    unit: "compute capability",
    suggestion: `use a GPU of compute capability ${release.minComputeCapability.toFixed(1)} or later`,
  };
}

function precisionFinding(gpu: Gpu, layout: Layout, release: EngineRelease): Finding | null {
  const format = release.formats.find((candidate) => candidate.precision === layout.precision);
  const runnable = release.formats.filter((candidate) => kernelSupport(gpu, candidate) !== "none").map((candidate) => candidate.precision);
  if (format === undefined) {
    const elsewhere = release.formatsElsewhere.find((candidate) => candidate.precision === layout.precision);
    const when =
      elsewhere === undefined ? "" : elsewhere.isToCome ? `: they came in ${elsewhere.version}` : `: they left with ${elsewhere.version}`;
    const nearest = nearestPrecision(layout.precision, runnable);
    const other =
      elsewhere === undefined
        ? ""
        : `, or ${release.engine} ${elsewhere.isToCome ? `${elsewhere.version} or later` : `before ${elsewhere.version}`}`;
    return {
      code: "unsupported-precision",
      path: "precision",
      message: `${release.engine} ${release.version} has no ${layout.precision} weights${when}`,
      value: layout.precision,
      suggestion: `${nearest}${other}`,
    };
  }
  if (kernelSupport(gpu, format) !== "none") return null;
  const capability = computeCapability(gpu);
  const tooNew = format.unsupportedFromComputeCapability;
  return {
    code: "precision-not-on-this-gpu",
    path: "precision",
    message: `${layout.precision} does not run on ${gpu.id}: ${format.reason}`,
    value: gpu.computeCapability,
    limit: tooNew !== null && capability !== null && capability >= tooNew ? tooNew : lowestCapability(format),
    unit: "compute capability",
    suggestion: nearestPrecision(layout.precision, runnable),
  };
}

function kvFinding(gpu: Gpu, layout: Layout, release: EngineRelease): Finding | null {
  if (layout.kvCacheDtype === "auto") return null;
  const format = release.kvFormats.find((candidate) => candidate.dtype === layout.kvCacheDtype);
  if (format !== undefined && kvRuns(gpu, format)) return null;
  return {
    code: "kv-cache-dtype-not-on-this-gpu",
    path: "kvCacheDtype",
    message: `${release.engine} ${release.version} has no ${layout.kvCacheDtype} KV cache on ${gpu.id}`,
    value: gpu.computeCapability,
    ...(format === undefined ? {} : { limit: format.minComputeCapability, unit: "compute capability" }),
    suggestion: "use kv-cache-dtype auto",
  };
}

function kvRuns(gpu: Gpu, format: KvFormat): boolean {
  const capability = computeCapability(gpu);
  if (capability === null) return format.otherArchitectures.includes(gpu.computeCapability ?? "");
  return (
    capability >= format.minComputeCapability && (format.belowComputeCapability === null || capability < format.belowComputeCapability)
  );
}

const lowestCapability = (format: WeightFormat): number =>
  Math.min(format.minComputeCapability, ...format.weightOnly.map((fallback) => fallback.minComputeCapability));

/** What comes closest in memory and quality, best first. */
const near: Partial<Record<Precision, readonly Precision[]>> = {
  bf16: ["fp16"],
  fp8: ["int8-w8a16", "int8"],
  int8: ["fp8", "int8-w8a16"],
  "int8-w8a8": ["fp8", "int8-w8a16"],
  "int8-w8a16": ["fp8", "int8"],
};

function nearestPrecision(asked: Precision, runnable: readonly Precision[]): string {
  const wanted = near[asked] ?? ["awq-int4", "int4-w4a16", "fp8", "gguf-q4_k_m"];
  const nearest = wanted.find((precision) => runnable.includes(precision)) ?? runnable[0];
  return nearest === undefined ? "use another GPU" : `use ${nearest}`;
}

import type { StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { engineTiming } from "../../planner/performance/engine-generation.ts";
import { weightFormatName } from "../../planner/performance/rates.ts";
import type { Replica } from "../../planner/performance/replica.ts";

/** One constant of the step-time model that the fit may move. Fitted as a logarithm: it stays positive. */
export interface Parameter {
  readonly path: readonly (string | number)[];
  /** What is believed before any row is seen, and the standard deviation of its logarithm. */
  readonly prior: number;
  readonly deviation: number;
  /** False for the replicas whose predictions cannot depend on it. */
  readonly appliesTo: (replica: Replica) => boolean;
}

const everywhere = (): boolean => true;
const withExperts = ({ model }: Replica): boolean => model.moe !== null;
const withGroup = ({ layout }: Replica): boolean => layout.tensorParallel > 1 || layout.dataParallel > 1;

/** Round figures: shares of a peak that kernels are known to reach, overheads of tens of microseconds. */
const step: Readonly<Record<string, readonly [prior: number, deviation: number, appliesTo?: (replica: Replica) => boolean]>> = {
  weightReadEfficiency: [0.8, 0.1],
  gemmEfficiency: [0.6, 0.2],
  kvReadEfficiency: [0.8, 0.15],
  prefillAttentionEfficiency: [0.5, 0.3],
  rooflineNorm: [1.4, 0.15],
  expertHitExponent: [0.8, 0.2, withExperts],
  oldBlockFp8ExpertHitFactor: [3, 0.7, withExperts],
  expertReadEfficiency: [0.9, 0.1, withExperts],
  expertGemmEfficiency: [0.6, 0.3, withExperts],
  moeLayerMicroseconds: [40, 0.5, withExperts],
  expertsPerTokenExponent: [0.8, 0.5, withExperts],
  hybridLayerMicroseconds: [20, 0.7, ({ model }) => model.linearAttention !== null],
  fixedMicroseconds: [500, 0.7],
  nvlinkEfficiency: [0.6, 0.3, withGroup],
  pcieEfficiency: [0.9, 0.3, withGroup],
  rankImbalance: [0.2, 0.5, ({ layout }) => layout.dataParallel > 1],
};

const serving: Readonly<Record<string, readonly [prior: number, deviation: number]>> = {
  kvShareUsed: [0.9, 0.05],
  closedLoopQueue: [0.5, 0.5],
  burstShare: [0.15, 0.5],
  burstShareEqualLengths: [0.3, 0.5],
};

/** Every constant that a measurement can move. Settings of engines, shares of storage and assumptions about traffic are not among them. */
export function parametersOf(constants: StepTimeConstants, replicas: readonly Replica[]): Parameter[] {
  return [
    ...Object.entries(step).map(([name, [prior, deviation, appliesTo]]) => ({
      path: ["step", name],
      prior,
      deviation,
      appliesTo: appliesTo ?? everywhere,
    })),
    ...Object.entries(serving).map(([name, [prior, deviation]]) => ({ path: ["serving", name], prior, deviation, appliesTo: everywhere })),
    ...Object.keys(constants.gpuFamilies).flatMap(gpuFamilyParameters),
    ...Object.keys(constants.links).map(linkParameter),
    ...Object.keys(constants.formats).flatMap((name) => formatParameters(constants, name)),
    ...constants.engines.flatMap((_, index) => engineParameters(constants, index, replicas)),
  ];
}

function gpuFamilyParameters(family: string): Parameter[] {
  const appliesTo = ({ gpu }: Replica): boolean => gpu.performanceFamily === family;
  const at = (name: string, deviation: number): Parameter => ({ path: ["gpuFamilies", family, name], prior: 1, deviation, appliesTo });
  return [at("weightRead", 0.12), at("gemm", 0.2), at("overhead", 0.2)];
}

/** A collective between two GPUs: NCCL takes 10 us and more over NVLink, several times that over PCIe. */
function linkParameter(link: string): Parameter {
  const overPcie = !link.includes("nvlink") && link !== "xgmi";
  return {
    path: ["links", link, "alphaMicroseconds"],
    prior: overPcie ? 40 : 10,
    deviation: 0.6,
    appliesTo: (replica) => replica.link === link && withGroup(replica),
  };
}

function formatParameters(constants: StepTimeConstants, format: string): Parameter[] {
  const appliesTo = ({ layout, gpu }: Replica): boolean => weightFormatName(constants, layout.precision, gpu) === format;
  const at = (name: string, prior: number, deviation: number): Parameter => ({
    path: ["formats", format, name],
    prior,
    deviation,
    appliesTo,
  });
  if (format === "16-bit") return [];
  const dequantised = constants.formats[format]?.computeType === "16-bit";
  return [at("weightRead", dequantised ? 0.85 : 0.95, 0.15), at("gemm", 0.8, 0.25), at("layerMicroseconds", 4, 0.7)];
}

function engineParameters(constants: StepTimeConstants, index: number, replicas: readonly Replica[]): Parameter[] {
  const generation = constants.engines[index];
  if (generation === undefined) return [];
  const appliesTo = ({ release }: Replica): boolean => engineTiming(constants, release.engine, release.version).generation === generation;
  const at = (name: string, prior: number, deviation: number, applies = appliesTo): Parameter => ({
    path: ["engines", index, name],
    prior,
    deviation,
    appliesTo: applies,
  });
  const measuredFormats = [...new Set(replicas.filter(appliesTo).map((replica) => formatOf(constants, replica)))].sort();
  const experts = (replica: Replica): boolean => withExperts(replica) && appliesTo(replica);
  return [
    at("layerMicroseconds", generation.mixesPrefill ? 25 : 50, 0.5),
    at("sequenceMicroseconds", 15, 0.7),
    at("factor", 1, 0.1),
    at("gemm", 1, 0.15),
    at("expertGemm", 1, 0.2, experts),
    at("moeLayer", 1, 0.3, experts),
    ...(generation.httpMilliseconds > 0 ? [at("httpMilliseconds", 15, 0.5), at("httpPerClientMilliseconds", 0.7, 0.7)] : []),
    at("newerFactor", 1, 0.1),
    ...measuredFormats.map((format) => ({
      path: ["engines", index, "formatFactors", format],
      prior: 1,
      deviation: 0.06,
      appliesTo: (replica: Replica) => appliesTo(replica) && formatOf(constants, replica) === format,
    })),
    ...generation.versionFactors.map((_, at) => ({
      path: ["engines", index, "versionFactors", at, "factor"],
      prior: 1,
      deviation: 0.1,
      appliesTo,
    })),
  ];
}

const formatOf = (constants: StepTimeConstants, { layout, gpu }: Replica): string => weightFormatName(constants, layout.precision, gpu);

/** The constants with these values in place of their own. */
export function withValues(
  constants: StepTimeConstants,
  parameters: readonly Parameter[],
  logarithms: readonly number[],
): StepTimeConstants {
  const changed = structuredClone(constants);
  parameters.forEach(({ path }, index) => {
    setAt(changed, path, Math.exp(logarithms[index] ?? 0));
  });
  return changed;
}

type Tree = { [key: string | number]: Tree | number };

function setAt(root: object, path: readonly (string | number)[], value: number): void {
  let node = root as Tree;
  for (const key of path.slice(0, -1)) {
    node[key] ??= {};
    node = node[key] as Tree;
  }
  node[path.at(-1) ?? ""] = value;
}

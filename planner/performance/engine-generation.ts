import type { EngineGeneration, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { compareVersions } from "../layouts/release.ts";

/** Constants of an engine at one version, and the factor that this version puts on every step. */
export interface EngineTiming {
  readonly generation: EngineGeneration;
  readonly versionFactor: number;
  /** False when the engine was never measured. */
  readonly known: boolean;
  /** True when the version is newer than every measured one. */
  readonly newer: boolean;
  /** True when this release reads nearly every FP8 expert in every step. */
  readonly readsAllFp8Experts: boolean;
}

/** Kept for as long as the constants live: asked for again with every layout, and its version comparisons would take a fifth of a capacity. */
const timings = new WeakMap<StepTimeConstants, Map<string, EngineTiming>>();

/** An engine without constants is timed like the newest generation of the first engine in the data. */
export function engineTiming(constants: StepTimeConstants, engine: string, version: string): EngineTiming {
  const known = timings.get(constants) ?? new Map<string, EngineTiming>();
  timings.set(constants, known);
  const key = `${engine} ${version}`;
  const found = known.get(key) ?? timingOf(constants, engine.toLowerCase(), version);
  known.set(key, found);
  return found;
}

function timingOf(constants: StepTimeConstants, engine: string, version: string): EngineTiming {
  const known = constants.engines.filter((candidate) => candidate.engine === engine);
  const generations = known.length > 0 ? known : constants.engines.filter((candidate) => candidate.engine === constants.engines[0]?.engine);
  const generation = generations.findLast((candidate) => compareVersions(candidate.fromVersion, version) <= 0) ?? generations.at(-1);
  if (generation === undefined) throw new RangeError("step-time constants name no engine");
  const newest = generation.versionFactors.at(-1);
  const { expertsFp8ReadAllBefore } = generation;
  return {
    generation,
    versionFactor: versionFactor(generation, version),
    known: known.length > 0,
    newer: newest !== undefined && compareVersions(minor(version), newest.version) > 0,
    readsAllFp8Experts: expertsFp8ReadAllBefore !== null && compareVersions(version, expertsFp8ReadAllBefore) < 0,
  };
}

/** Between two measured releases the factor is interpolated over the minor number; before the first it is 1. */
function versionFactor(generation: EngineGeneration, version: string): number {
  const release = minor(version);
  let below: { version: string; factor: number } | undefined;
  for (const entry of generation.versionFactors) {
    const order = compareVersions(entry.version, release);
    if (order === 0) return entry.factor;
    if (order < 0) {
      below = entry;
      continue;
    }
    if (below === undefined) return 1;
    const span = ordinal(entry.version) - ordinal(below.version);
    const share = span > 0 ? (ordinal(release) - ordinal(below.version)) / span : 0;
    return below.factor ** (1 - share) * entry.factor ** share;
  }
  return below === undefined ? 1 : generation.newerFactor;
}

const parts = (version: string): number[] => version.split(".").map((part) => Number.parseInt(part, 10) || 0);
const minor = (version: string): string => parts(version).slice(0, 2).join(".");
const ordinal = (version: string): number => (parts(version)[0] ?? 0) * 100 + (parts(version)[1] ?? 0);

import type { EngineGeneration, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { compareVersions } from "../layouts/release.ts";

/** Constants of an engine at one version, and the factor that this version puts on every step. */
export interface EngineTiming {
  readonly generation: EngineGeneration;
  readonly versionFactor: number;
  /** False when the engine is unknown or the version newer than every measured one. */
  readonly measured: boolean;
}

/** An engine without constants is timed like the newest generation of the first engine in the data. */
export function engineTiming(constants: StepTimeConstants, engine: string, version: string): EngineTiming {
  const name = engine.toLowerCase();
  const known = constants.engines.filter((candidate) => candidate.engine === name);
  const generations = known.length > 0 ? known : constants.engines.filter((candidate) => candidate.engine === constants.engines[0]?.engine);
  const generation = generations.findLast((candidate) => compareVersions(candidate.fromVersion, version) <= 0) ?? generations.at(-1);
  if (generation === undefined) throw new RangeError("step-time constants name no engine");
  const newest = generation.versionFactors.at(-1);
  const isNewer = newest !== undefined && compareVersions(minor(version), newest.version) > 0;
  return { generation, versionFactor: versionFactor(generation, version), measured: known.length > 0 && !isNewer };
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

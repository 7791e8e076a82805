import type { EngineConstants, EngineProfile, EngineRelease } from "../../catalog/schema/engine.ts";
import type { Finding } from "../finding.ts";

export type { EngineRelease } from "../../catalog/schema/engine.ts";

/** Orders `0.9`, `0.10.1` and `0.19.0rc1` by their leading numbers; a missing patch number counts as 0. */
export const compareVersions = (left: string, right: string): number => {
  const a = versionNumbers(left);
  const b = versionNumbers(right);
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
};

/** One engine at one version with every constant resolved, or the finding that says why there is none. */
export function engineRelease(engines: readonly EngineProfile[], name: string, version: string): EngineRelease | Finding {
  const profile = engines.find((engine) => engine.name === name.toLowerCase());
  if (profile === undefined) {
    const known = engines.map((engine) => engine.name).join(", ");
    return {
      code: "unknown-engine",
      path: "engine.name",
      message: `the engine ${name} is not in the catalog`,
      value: name,
      suggestion: `use one of ${known}`,
    };
  }
  if (versionNumbers(version).length < 2) return unreadableVersion(profile, version);
  if (compareVersions(version, profile.oldestVersion) < 0) return tooOld(profile, version);

  const inRange = (since: string | null, removed: string | null): boolean =>
    (since === null || compareVersions(version, since) >= 0) && (removed === null || compareVersions(version, removed) < 0);
  return {
    engine: profile.name,
    version,
    estimated: profile.estimated,
    otherArchitectures: profile.otherArchitectures,
    deviceImages: profile.deviceImages.map(({ device, image }) => ({ device, image: image.replace("{version}", version) })),
    formats: profile.formats
      .filter((format) => inRange(format.since, format.removed))
      .map((format) => ({ ...format, weightOnly: format.weightOnly.filter((fallback) => inRange(fallback.since, null)) })),
    formatsElsewhere: profile.formats.flatMap(({ precision, since, removed }) => {
      if (inRange(since, removed)) return [];
      const isToCome = since !== null && compareVersions(version, since) < 0;
      return [{ precision, version: (isToCome ? since : removed) ?? version, isToCome }];
    }),
    kvFormats: profile.kvFormats,
    speculation: profile.speculation,
    adapters: profile.adapters,
    flags: profile.flags,
    assumption: compareVersions(version, profile.newestVersion) > 0 ? newerThanKnown(profile, version) : null,
    ...resolveConstants(profile, version),
    image: resolve(profile.constants.image, version).replace("{version}", version),
  };
}

/** True when `flag` (with its dashes) exists in that release; a flag nobody described is not judged. */
export const flagExists = (release: EngineRelease, flag: string): boolean => {
  const known = release.flags.find((entry) => entry.flag === flag);
  if (known === undefined) return true;
  const started = known.since === null || compareVersions(release.version, known.since) >= 0;
  return started && (known.removed === null || compareVersions(release.version, known.removed) < 0);
};

const versionNumbers = (version: string): number[] => {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match === null
    ? []
    : match
        .slice(1)
        .filter((part) => part !== undefined)
        .map(Number);
};

function resolve<Value>(history: readonly { readonly since: string; readonly value: Value }[], version: string): Value {
  const current = history.findLast((entry) => compareVersions(entry.since, version) <= 0) ?? history[0];
  if (current === undefined) throw new RangeError("an engine constant has no values");
  return current.value;
}

function resolveConstants(profile: EngineProfile, version: string): EngineConstants {
  const constants = profile.constants;
  return {
    minComputeCapability: resolve(constants.minComputeCapability, version),
    image: resolve(constants.image, version),
    gpuMemoryUtilization: resolve(constants.gpuMemoryUtilization, version),
    budgetRule: resolve(constants.budgetRule, version),
    batchDefaults: resolve(constants.batchDefaults, version),
    batchCaps: resolve(constants.batchCaps, version),
    wholePromptUpTo: resolve(constants.wholePromptUpTo, version),
    blockTokens: resolve(constants.blockTokens, version),
    activation: resolve(constants.activation, version),
    encoderPeak: resolve(constants.encoderPeak, version),
    nonTorch: resolve(constants.nonTorch, version),
    cudaGraphs: resolve(constants.cudaGraphs, version),
    context: resolve(constants.context, version),
    hybridKvCache: resolve(constants.hybridKvCache, version),
    cacheGrouping: resolve(constants.cacheGrouping, version),
    calibratedKvCache: resolve(constants.calibratedKvCache, version),
    reportedTokens: resolve(constants.reportedTokens, version),
    recurrentStatesPerSequence: resolve(constants.recurrentStatesPerSequence, version),
  };
}

const unreadableVersion = (profile: EngineProfile, version: string): Finding => ({
  code: "unreadable-engine-version",
  path: "engine.version",
  message: `${version} is not a version number`,
  value: version,
  suggestion: `write it like ${profile.newestVersion}`,
});

const tooOld = (profile: EngineProfile, version: string): Finding => ({
  code: "engine-version-too-old",
  path: "engine.version",
  message: `${profile.title} ${version} is older than anything the catalog describes`,
  value: version,
  limit: profile.oldestVersion,
  suggestion: `use ${profile.oldestVersion} or later`,
});

const newerThanKnown = (profile: EngineProfile, version: string): Finding => ({
  code: "engine-version-newer-than-known",
  path: "engine.version",
  message: `${profile.title} ${version} is newer than the catalog; its memory constants are taken to be those of ${profile.newestVersion}`,
  value: version,
  limit: profile.newestVersion,
});

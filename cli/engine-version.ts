import type { Catalog } from "../catalog/catalog.ts";
import { releaseOfPeriod } from "../catalog/release-of-period.ts";
import { compareVersions } from "../planner/layouts/release.ts";
import { defaults } from "../planner/spec/defaults.ts";

export interface EngineVersion {
  readonly version: string;
  /** False where nothing that was written says which release it is. */
  readonly isStated: boolean;
  /** How the text became this version; null where it stands there as it is. */
  readonly rule: string | null;
}

/**
 * The version a benchmark names, however it writes it: `0.9.1`, `v0.9.1`, `vllm-v0.20.1`, `vLLM 0.6.5.dev964, PyTorch 2.7`, `1.x (pytorch backend)`,
 * or when it was run (`2024-05`, `2024-H2`). Text without any of these, or no text, means the version that specs get, for engines that specs do
 * not default to the newest one described. A release older than any described has the constants of the oldest.
 */
export function readEngineVersion(engine: string, text: string | undefined, catalog: Catalog): EngineVersion {
  const profile = catalog.engines.find(({ name }) => name === engine);
  const usual = engine === defaults.engineName ? defaults.engineVersion : (profile?.newestVersion ?? "");
  if (text === undefined || text.trim() === "") return { version: usual, isStated: false, rule: null };
  const written = numberIn(engine, text);
  const read = written ?? releaseOfPeriod(catalog, engine, text);
  if (read === undefined)
    return { version: usual, isStated: false, rule: `${usual} by default: ${JSON.stringify(text)} is no version number` };
  if (profile !== undefined && compareVersions(read, profile.oldestVersion) < 0) {
    return {
      version: profile.oldestVersion,
      isStated: true,
      rule: `${read} is older than any release described; its constants are those of ${profile.oldestVersion}`,
    };
  }
  if (written === undefined) return { version: read, isStated: true, rule: `${read}, the newest release of ${text}` };
  return { version: read, isStated: true, rule: read === text.replace(/^v/, "") ? null : `${read} in ${JSON.stringify(text)}` };
}

/** A number at the front, or behind the engine's name; `1.x` is the first of its line. Other products' numbers are not the engine's. */
function numberIn(engine: string, text: string): string | undefined {
  const [, behindName = ""] = text.toLowerCase().split(engine);
  const number = /^v?(\d+\.(?:\d+|x)[^\s,]*)/.exec(text.trim()) ?? /^[-\s:@]v?(\d+\.(?:\d+|x)[^\s,]*)/.exec(behindName);
  return number?.[1]?.replace(/\.x\b.*/, ".0");
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { compareVersions, engineRelease, flagExists } from "../../planner/layouts/release.ts";

const { engines } = loadCatalog().catalog;

function resolved(version: string, name = "vllm") {
  const release = engineRelease(engines, name, version);
  if ("code" in release) throw new Error(release.message);
  return release;
}

test("versions are compared by number, not by letter", () => {
  expect(["0.19.0", "0.9.2", "0.10.1", "0.6.6.post1", "1.0"].toSorted(compareVersions)).toEqual([
    "0.6.6.post1",
    "0.9.2",
    "0.10.1",
    "0.19.0",
    "1.0",
  ]);
  expect(compareVersions("0.19", "0.19.0")).toBe(0);
});

test("each constant is the one of its version", () => {
  expect([resolved("0.20.2").gpuMemoryUtilization, resolved("0.21.0").gpuMemoryUtilization]).toEqual([0.9, 0.92]);
  expect([resolved("0.16.0").activation.samplerBytesPerLogit, resolved("0.17.0").activation.samplerBytesPerLogit]).toEqual([38, 14]);
  expect([resolved("0.20.0").reportedTokens, resolved("0.21.0").reportedTokens]).toEqual(["blocks", "concurrency"]);
  expect([resolved("0.20.0").cudaGraphs.charged, resolved("0.21.0").cudaGraphs.charged]).toEqual([false, true]);
  expect(resolved("0.19.0").image).toBe("vllm/vllm-openai:v0.19.0");
});

test("formats that moved out of the stock image are gone from that version on", () => {
  const has = (version: string, precision: string) => resolved(version).formats.some((format) => format.precision === precision);
  expect([has("0.23.0", "gguf-q4_k_m"), has("0.24.0", "gguf-q4_k_m")]).toEqual([true, false]);
  expect([has("0.27.1", "bnb-nf4"), has("0.28.0", "bnb-nf4")]).toEqual([true, false]);
});

test("a version newer than the catalog is taken to be like the newest one, and says so", () => {
  expect(resolved("0.29.0").assumption).toBeNull();
  const future = resolved("0.41.0");
  expect(future.assumption).toMatchObject({ code: "engine-version-newer-than-known", value: "0.41.0", limit: "0.29.0" });
  expect(future.activation).toEqual(resolved("0.29.0").activation);
});

test("an unknown engine, an old version and a word that is no version are findings", () => {
  const codes = [
    engineRelease(engines, "vlm", "0.19.0"),
    engineRelease(engines, "vllm", "0.3.3"),
    engineRelease(engines, "vllm", "latest"),
  ];
  expect(codes.map((finding) => ("code" in finding ? finding.code : ""))).toEqual([
    "unknown-engine",
    "engine-version-too-old",
    "unreadable-engine-version",
  ]);
});

test("flags are known by version", () => {
  expect(flagExists(resolved("0.12.0"), "--task")).toBe(true);
  expect(flagExists(resolved("0.13.0"), "--task")).toBe(false);
  expect(flagExists(resolved("0.17.0"), "--shutdown-timeout")).toBe(false);
  expect(flagExists(resolved("0.18.0"), "--shutdown-timeout")).toBe(true);
});

test("every engine resolves at every version between its ends, with its constants in order of version", () => {
  for (const engine of engines) {
    for (const version of [engine.oldestVersion, engine.newestVersion]) expect(resolved(version, engine.name).assumption).toBeNull();
    for (const [name, history] of Object.entries(engine.constants)) {
      const versions = history.map((entry) => entry.since);
      expect(versions, `${engine.name} ${name}`).toEqual(versions.toSorted(compareVersions));
      expect(versions[0], `${engine.name} ${name}`).toBe(engine.oldestVersion);
    }
  }
});

test("version order is total", () => {
  const version = fc.tuple(fc.nat(3), fc.nat(30), fc.nat(9)).map((parts) => parts.join("."));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

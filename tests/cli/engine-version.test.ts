import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { readEngineVersion } from "../../cli/engine-version.ts";
import { compareVersions } from "../../planner/layouts/release.ts";
import { defaults } from "../../planner/spec/defaults.ts";
import { gpufleet, jsonLines } from "./fixtures/run.ts";

const { catalog } = loadCatalog();
const read = (engine: string, text: string | undefined) => readEngineVersion(engine, text, catalog);

test.each([
  ["vllm", "0.9.1", "0.9.1"],
  ["vllm", "v0.9.1", "0.9.1"],
  ["vllm", "0.20.1+transformers-5.8.1", "0.20.1+transformers-5.8.1"],
  ["vllm", "vllm-v0.20.1", "0.20.1"],
  ["vllm", "vLLM 0.6.5.dev964+mlperf50, PyTorch 2.7.0, ROCm 6.3.1", "0.6.5.dev964+mlperf50"],
  ["vllm", "LLMBoost, vllm-0.9.0.2.dev108+g71faa1880, ROCm 6.12", "0.9.0.2.dev108+g71faa1880"],
  ["tensorrt-llm", "1.x (pytorch backend)", "1.0"],
  ["tensorrt-llm", "0.20 (pytorch backend)", "0.20"],
  ["vllm", "2024-10", "0.6.3.post1"],
  ["vllm", "2025-02-14", "0.7.3"],
  ["vllm", "2024-H2", "0.6.2"],
  ["vllm", "2025-Q2", "0.9.0"],
  ["vllm", "2025", "0.9.1"],
  ["tensorrt-llm", "2024-H2", "0.12.0"],
])("%s %j is version %s", (engine, text, version) => {
  expect(read(engine, text).version).toBe(version);
});

test.each([
  ["vllm", undefined],
  ["vllm", ""],
  ["vllm", "gpt-oss-dev"],
  ["tensorrt-llm", "TensorRT 10.2.0, CUDA 12.4"],
  ["llama.cpp", "b9415"],
  ["llama.cpp", "8655 (277ff5fff)"],
])("%s %j is no version of it: the usual one stands in", (engine, text) => {
  const newest = catalog.engines.find(({ name }) => name === engine)?.newestVersion;
  expect(read(engine, text).version).toBe(engine === defaults.engineName ? defaults.engineVersion : newest);
});

test("the speed of a server whose release nobody knows is the mean of the measured ones, and the answer says so", async () => {
  const line = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "h100", concurrency: 8 };
  const versions = [undefined, "unknown", defaults.engineVersion, "0.12.0"];
  const input = versions.map((engineVersion) => JSON.stringify({ ...line, engineVersion })).join("\n");
  const { out } = await gpufleet(["estimate", "--batch", "-"], { input });
  const [silent, unreadable, newest, older] = jsonLines(out) as {
    tpotMs: { mean: number };
    engineVersion: string;
    assumptions: unknown[];
  }[];
  const unknown = expect.objectContaining({ code: "engine-version-not-stated", path: "engineVersion", value: defaults.engineVersion });
  expect(silent?.engineVersion).toBe(defaults.engineVersion);
  expect(silent?.assumptions).toContainEqual(unknown);
  expect(unreadable?.assumptions).toContainEqual(unknown);
  expect(unreadable?.tpotMs).toEqual(silent?.tpotMs);
  expect(newest?.assumptions).not.toContainEqual(unknown);
  expect(silent?.tpotMs.mean).toBeGreaterThan(newest?.tpotMs.mean ?? Number.NaN);
  expect(silent?.tpotMs.mean).toBeLessThan(older?.tpotMs.mean ?? Number.NaN);
});

test("a release before the first that is described has the constants of that one, and the answer says so", async () => {
  const oldest = catalog.engines.find(({ name }) => name === "vllm")?.oldestVersion ?? "";
  const line = { model: "Qwen/Qwen3-8B", gpu: "a10g", inputTokens: 500, outputTokens: 100, engineVersion: "2023-08" };
  const { out } = await gpufleet(["estimate", "--batch", "-"], { input: JSON.stringify(line) });
  expect(jsonLines(out)[0]).toMatchObject({
    engineVersion: oldest,
    fits: true,
    assumptions: expect.arrayContaining([
      { code: "engine-version-read-as", path: "engineVersion", message: expect.stringContaining("0.1.4 is older"), value: oldest },
    ]),
  });
});

test("the releases of each described engine stand in the order of their months and never go back", () => {
  const { newestByMonth } = catalog.engineReleases;
  expect(catalog.engines.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(newestByMonth)));
  for (const releases of Object.values(newestByMonth)) {
    releases.slice(1).forEach(([month, version], index) => {
      const [monthBefore = "", versionBefore = ""] = releases[index] ?? [];
      expect(month > monthBefore).toBe(true);
      expect(compareVersions(version, versionBefore)).toBeGreaterThanOrEqual(0);
    });
  }
});

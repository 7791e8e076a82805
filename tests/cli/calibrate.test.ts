import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gpufleet, jsonLines } from "./fixtures/run.ts";

const results = new URL("../measurements/results/", import.meta.url);
const result = (name: string) => new URL(name, results).pathname;
const directories: string[] = [];
/** An empty folder to work in. */
function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "calibrate-"));
  directories.push(directory);
  return directory;
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});
const server = ["--gpu", "l40s", "--precision", "bf16", "--tp", "1", "--engine-version", "0.11.0"];
const calibrate = (directory: string, ...argv: string[]) => gpufleet(["calibrate", ...argv], { directory });
const linesIn = (directory: string) => readFileSync(join(directory, "measurements.jsonl"), "utf8").trimEnd().split("\n");

test("a result becomes a measurement line that corrects the prediction", async () => {
  const directory = folder();
  const { code, out, err } = await calibrate(directory, "--from", result("vllm-bench-serve.json"), ...server);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("Added 1 run to measurements.jsonl.");
  const line = JSON.parse(linesIn(directory)[0] ?? "");
  expect(line).toMatchObject({ model: "Qwen/Qwen3-8B", gpu: "l40s", concurrency: 32, measured: { tpotMs: 46.67 } });
  const ask = ["estimate", "--model", "Qwen/Qwen3-8B", "--gpu", "l40s", "--engine-version", "0.11.0", "--concurrency", "32", "--json"];
  const lengths = ["--input-tokens", "1024", "--output-tokens", "256"];
  const plain = JSON.parse((await gpufleet([...ask, ...lengths])).out);
  const corrected = JSON.parse((await gpufleet([...ask, ...lengths, "--measurements", "measurements.jsonl"], { directory })).out);
  expect(corrected.evidence).toBe("measured");
  expect(Math.abs(Math.log(corrected.tpotMs.mean / 46.67))).toBeLessThan(Math.abs(Math.log(plain.tpotMs.mean / 46.67)) / 2);
});

test("the same measurement is kept once, and nothing is left behind beside the file", async () => {
  const directory = folder();
  await calibrate(directory, "--from", result("vllm-bench-serve.json"), ...server);
  const { code, out } = await calibrate(directory, "--from", result("vllm-bench-serve.json"), result("vllm-bench-serve.json"), ...server);
  expect(code).toBe(0);
  expect(out).toContain("Added 0 runs to measurements.jsonl; 2 of them were there already.");
  expect(linesIn(directory)).toHaveLength(1);
  expect(readdirSync(directory)).toEqual(["measurements.jsonl"]);
});

test("lines that are there stay as they are, one without a line end too", async () => {
  const directory = folder();
  const own = '{"model": "Qwen3-8B", "gpu": "l4", "measured": {"tpotMs": 75}}';
  writeFileSync(join(directory, "measurements.jsonl"), own);
  await calibrate(directory, "--from", result("vllm-bench-serve.json"), ...server);
  expect(linesIn(directory)[0]).toBe(own);
  expect(linesIn(directory)).toHaveLength(2);
});

test("whatever the result does not say is asked for, all of it at once", async () => {
  const { code, err } = await calibrate(folder(), "--from", result("benchmark-serving-2024.json"));
  expect(code).toBe(2);
  const flags = err
    .trimEnd()
    .split("\n")
    .map((line) => line.split(":")[0]);
  expect(flags).toEqual(["--gpu", "--precision", "--tensor-parallel", "--engine-version"]);
});

test("TensorRT-LLM says everything itself", async () => {
  const directory = folder();
  const { code } = await calibrate(directory, "--from", result("trtllm-bench.json"));
  expect(code).toBe(0);
  expect(JSON.parse(linesIn(directory)[0] ?? "")).toMatchObject({ gpu: "NVIDIA H100 80GB HBM3", precision: "fp8", tensorParallel: 4 });
});

test("an impossible run is refused with the reason, the others are kept", async () => {
  const directory = folder();
  const good = { model: "Qwen3-8B", gpu: "l4", concurrency: 4, measured: { tpotMs: 75 } };
  const bad = { ...good, measured: { tpotMs: 0.075 } };
  writeFileSync(join(directory, "runs.jsonl"), `${JSON.stringify(bad)}\n${JSON.stringify(good)}\n`);
  const { code, out, err } = await calibrate(directory, "--from", "runs.jsonl", "--json");
  expect(code).toBe(1);
  expect(err).toBe("runs.jsonl: measured.tpotMs: is faster than the GPUs can read the weights once; give milliseconds, not seconds\n");
  expect(JSON.parse(out)).toMatchObject({ added: [good], alreadyThere: 0, refused: [{ code: "measurement-refused" }] });
  expect(linesIn(directory)).toHaveLength(1);
});

test.each([
  [["--from", "nowhere.json"], "nowhere.json: there is no such file"],
  [["--from", "."], ".: is a folder, not a file"],
])("%j is bad input", async (argv, message) => {
  const { code, err } = await calibrate(folder(), ...argv);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test("estimate --batch takes measurements, and says which lines it does not use", async () => {
  const directory = folder();
  const run = { model: "Qwen3-8B", gpu: "l4", concurrency: 4, measured: { tpotMs: 75 } };
  writeFileSync(join(directory, "runs.jsonl"), `${JSON.stringify(run)}\nnot JSON\n`);
  const question = JSON.stringify({ id: 1, model: "Qwen3-8B", gpu: "l4", concurrency: 4 });
  const { code, out, err } = await gpufleet(["estimate", "--batch", "-", "--measurements", "runs.jsonl"], { directory, input: question });
  expect(code).toBe(0);
  expect(err).toBe("runs.jsonl line 2: this line is no JSON object\n");
  expect(jsonLines(out)).toMatchObject([{ id: 1, evidence: "measured" }]);
});

test("estimate without the file it names is bad input", async () => {
  const { code, err } = await gpufleet(["estimate", "--model", "Qwen3-8B", "--gpu", "l4", "--measurements", "runs.jsonl"]);
  expect(code).toBe(2);
  expect(err).toBe("runs.jsonl: there is no such file; gpufleet calibrate --from RESULT.json writes one\n");
});

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { gpufleet } from "./fixtures/run.ts";

const { catalog } = loadCatalog();

test("without a command the help is shown", async () => {
  const { code, out } = await gpufleet([]);
  expect(code).toBe(0);
  for (const command of ["plan", "size", "estimate", "calibrate", "validate", "schema", "catalog"])
    expect(out).toMatch(new RegExp(`^  ${command}\\b`, "m"));
});

test.each([
  ["plan"],
  ["size"],
  ["estimate"],
  ["calibrate"],
  ["validate"],
  ["schema"],
  ["catalog", "list"],
  ["catalog", "show"],
  ["catalog", "check"],
])("%s %s has --help with examples, --json and --color", async (...command) => {
  const { code, out } = await gpufleet([...command, "--help"]);
  expect(code).toBe(0);
  for (const part of ["--json", "--color", "Examples:", `gpufleet ${command.join(" ")}`]) expect(out).toContain(part);
});

test("the version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await gpufleet(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test.each([
  [["siz"], "gpufleet: unknown command 'siz'; did you mean size?\n"],
  [["size", "--modl", "x"], "gpufleet size: unknown option '--modl'; did you mean --model?\n"],
  [["size", "--tp"], "gpufleet size: option '--tensor-parallel <n>' argument missing\n"],
  [["size", "--tp", "two"], "gpufleet size: --tensor-parallel: 'two' is not valid; expected a number\n"],
  [["size", "--model", "Qwen3-8B", "l4"], "gpufleet size: too many arguments for 'size'. Expected 0 arguments but got 1: l4\n"],
  [["catalog", "lst"], "gpufleet catalog: unknown command 'lst'; did you mean list?\n"],
  [["validate"], "gpufleet validate: missing required argument 'spec'\n"],
  [["plan", "--color", "red"], "gpufleet plan: --color: 'red' is not valid; use one of auto, always, never\n"],
])("%j ends with 2 and one helpful line", async (argv, line) => {
  expect(await gpufleet(argv)).toEqual({ code: 2, out: "", err: line });
});

test("an answer says under its title what it takes for granted", async () => {
  const { out } = await gpufleet([
    "size",
    "--model",
    "Qwen3-8B",
    "--gpu",
    "l40s",
    "--max-model-len",
    "8192",
    "--engine-version",
    "2024-H2",
  ]);
  expect(out.split("\n").slice(0, 2)).toEqual([
    "Qwen3-8B on l40s tp1 bf16, vllm 0.6.2: fits",
    "Assumed: engineVersion: 0.6.2, the newest release of 2024-H2",
  ]);
});

test.each([
  [["size"], "--model: is missing"],
  [["size", "--gpu", "l4"], "--model: is missing"],
  [["size", "--model", "Lama-3.3-70B-Instruct"], "did you mean meta-llama/Llama-3.3-70B-Instruct?"],
  [["size", "--model", "Qwen3-8B", "--gpu", "l400s"], "--gpu: no GPU"],
  [
    ["size", "--model", "Qwen3-8B", "--gpu", "l4", "--precision", "fp9"],
    '--precision: "fp9" is not one of the known values; did you mean fp8?',
  ],
  [["size", "--model", "Qwen3-8B", "--gpu", "l4", "--engine", "vlm"], "--engine: "],
  [["size", "--model", "Qwen3-8B", "--gpu", "l4", "--gpu-memory-utilization", "0"], "--gpu-memory-utilization: 0 is not valid"],
  [["estimate", "--model", "Qwen3-8B"], "--gpu: is missing"],
  [["estimate", "--model", "Qwen3-8B", "--gpu", "l4", "--qps", "1", "--concurrency", "2"], "cannot be used with option"],
  [["estimate", "--model", "BAAI/bge-m3", "--gpu", "l4", "--input-tokens", "9000"], "longer than 8192"],
  [["catalog", "list", "pricez"], "use one of gpus, models, instances, prices, engines"],
  [["catalog", "list", "--filter", "x"], "--filter: needs a kind"],
  [["catalog", "show", "l400s"], "l400s: no GPU, model, instance type or engine"],
])("%j is bad input", async (argv, message) => {
  const { code, out, err } = await gpufleet(argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

const noise = fc.oneof(
  fc.constantFrom(
    "plan",
    "size",
    "estimate",
    "calibrate",
    "validate",
    "schema",
    "catalog",
    "list",
    "show",
    "check",
    "help",
    "two.fleet.yaml",
    "l4",
    "Qwen3-8B",
  ),
  fc.constantFrom(
    "--model",
    "--gpu",
    "--tp",
    "--tp=2",
    "--qps",
    "--json",
    "--batch",
    "-",
    "--",
    "--explain",
    "--filter",
    "--color",
    "--precision",
    "-h",
  ),
  fc.constantFrom("", "0", "-1", "1e999", "NaN", "null", "--=", "---", "\u0000", "../..", "😀"),
  fc.string(),
);

test("whatever is typed, the program answers with 0, 1 or 2 and never with a bug or a stack trace", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 6 }), async (argv) => {
      const { code, err } = await gpufleet(argv);
      expect([0, 1, 2]).toContain(code);
      expect(err).not.toMatch(/a bug in gpufleet|\n\s+at /);
      if (code !== 0) expect(err).not.toBe("");
    }),
    { numRuns: 150 },
  );
});

test("a bug shows one line that asks for a report, and where it happened only on request", async () => {
  const broken = () => {
    throw new TypeError("the printer is\non fire");
  };
  const { code, err } = await gpufleet(["catalog", "list"], { onPrint: broken });
  expect(code).toBe(1);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(err).toContain("TypeError: the printer is on fire; please report it");
  const debug = await gpufleet(["catalog", "list"], { onPrint: broken, env: { GPUFLEET_DEBUG: "1" } });
  expect(debug.err).toMatch(/\n\s+at /);
});

test("validate says that a spec is valid, or names every mistake and ends with 2", async () => {
  expect(await gpufleet(["validate", "two.fleet.yaml"])).toMatchObject({ code: 0, err: "" });
  const broken = await gpufleet(["validate", "broken.fleet.yaml"]);
  expect(broken.code).toBe(2);
  expect(broken.err.trimEnd().split("\n")).toHaveLength(3);
  const { out } = await gpufleet(["validate", "two.fleet.yaml", "--json"]);
  expect(JSON.parse(out)).toMatchObject({ valid: true, findings: [] });
});

test("schema prints a JSON Schema that knows the workloads", async () => {
  const { code, out } = await gpufleet(["schema"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveProperty("properties.workloads");
});

test.each([
  ["gpus", catalog.gpus],
  ["models", catalog.models],
  ["instances", catalog.instanceTypes],
  ["prices", catalog.prices],
  ["engines", catalog.engines],
])("catalog list %s gives every row, as a table and as JSON", async (kind, rows) => {
  const table = await gpufleet(["catalog", "list", kind]);
  expect(table.code).toBe(0);
  expect(table.out.trimEnd().split("\n").length).toBe(rows.length + 4);
  expect(JSON.parse((await gpufleet(["catalog", "list", kind, "--json"])).out)).toHaveLength(rows.length);
});

test("catalog list --filter keeps rows that show the text, in any case", async () => {
  const { out } = await gpufleet(["catalog", "list", "prices", "--filter", "G6E.XLARGE", "--json"]);
  const prices: { instance: string }[] = JSON.parse(out);
  expect(new Set(prices.map(({ instance }) => instance))).toEqual(new Set(["g6e.xlarge"]));
  expect((await gpufleet(["catalog", "list", "gpus", "--filter", "nothing like it"])).out).toBe("0 GPUs\n");
});

test("every price in a table of the catalog has its date beside it", async () => {
  const { out } = await gpufleet(["catalog", "list", "prices", "--filter", "us-east-1"]);
  const cells = out.split("\n").map((row) => row.split(/ {2,}/));
  const count = (row: string[], form: RegExp): number => row.filter((cell) => form.test(cell)).length;
  const priced = cells.filter((row) => count(row, /^~?[\d,]+\.\d+$/) > 0);
  expect(priced.length).toBeGreaterThan(20);
  for (const row of priced) expect(count(row, /^\d{4}-\d\d-\d\d$/), row.join(" ")).toBe(count(row, /^~?[\d,]+\.\d+$/));
});

test.each(["l4", "NVIDIA L4", "g6e.12xlarge", "qwen3-8b", "vllm"])("catalog show %s tells source and date", async (id) => {
  const { code, out } = await gpufleet(["catalog", "show", id]);
  expect(code).toBe(0);
  expect(out).toMatch(/source/i);
  expect(out).toMatch(/\d{4}-\d\d-\d\d/);
});

test("catalog check finds nothing in the bundled catalog", async () => {
  expect(await gpufleet(["catalog", "check"])).toMatchObject({ code: 0, err: "" });
});

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/gpufleet.js", import.meta.url));
const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (argv: readonly string[], use: (child: ReturnType<typeof spawn>) => void = () => {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...argv], { cwd: fixtures, env: { ...process.env, NODE_OPTIONS: "" } });
    let out = "";
    let err = "";
    child.stdout?.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      err += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    use(child);
  });

test("bin/gpufleet.js runs the command line and hands its exit code on", async () => {
  const good = await start(["plan", "two.fleet.yaml", "--json"]);
  expect(good).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(good.out)).toMatchObject({ fleet: "two" });
  const bad = await start(["plan", "broken.fleet.yaml"]);
  expect(bad).toMatchObject({ code: 2, out: "" });
});

test("a batch answers from standard input, line by line, before the input has ended", async () => {
  const line = `${JSON.stringify({ id: 1, model: "Qwen3-8B", gpu: "l4", maxModelLen: 4096 })}\n`;
  const { code, out } = await start(["size", "--batch", "-"], (child) => {
    child.stdin?.write(line);
    // Only the first answer lets the second question out: a program that waits for the end of its input hangs here.
    child.stdout?.once("data", () => child.stdin?.end(line));
  });
  expect(code).toBe(0);
  expect(out.trimEnd().split("\n")).toHaveLength(2);
});

test("a reader that goes away ends the program quietly", async () => {
  const { code, err } = await start(["catalog", "list", "models", "--json"], (child) => child.stdout?.destroy());
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

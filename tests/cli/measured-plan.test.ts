import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { sha256 } from "../../planner/sha256.ts";
import { gpufleet } from "./fixtures/run.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "measured-plan-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const spec = (head: string) => `
fleet: one
${head}
gpus: { allow: [l40s] }
workloads:
  - { name: chat, model: Qwen/Qwen3-8B, precision: bf16, qps: 40, averageContext: 1600, slo: { tpotP95Ms: 60 } }
`;
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const plan = async (head: string, ...flags: string[]): Promise<FleetPlan> => {
  write("one.fleet.yaml", spec(head));
  const { code, out, err } = await gpufleet(["plan", "one.fleet.yaml", "--json", ...flags], { directory });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
};
const run = (tpotMs: number) =>
  `${JSON.stringify({ model: "Qwen3-8B", gpu: "l40s", precision: "bf16", engineVersion: "0.19.0", inputTokens: 1200, outputTokens: 400, concurrency: 24, measured: { tpotMs } })}\n`;
const replicas = ({ workloads }: FleetPlan) => workloads[0]?.deployments.reduce((sum, one) => sum + one.replicas, 0) ?? 0;

test("measured runs of a spec correct the plan and are among its inputs", async () => {
  const plain = await plan("");
  expect(plain.inputs.measurementsSha256).toBeUndefined();
  write("runs.jsonl", run(65));
  const slow = await plan("measurements: runs.jsonl");
  expect(slow.inputs.measurementsSha256).toBe(sha256(run(65)));
  expect(slow.workloads[0]?.deployments[0]?.predicted.evidence).toBe("measured");
  expect(slow.assumptions).toContainEqual(expect.objectContaining({ code: "measurements-used", value: 1 }));
  write("runs.jsonl", run(26));
  const fast = await plan("measurements: runs.jsonl");
  expect(replicas(fast)).toBeLessThan(replicas(slow));
  expect(replicas(fast)).toBeLessThanOrEqual(replicas(plain));
});

test("a line that is refused is a warning of the plan", async () => {
  write("runs.jsonl", `${run(36)}${run(-1)}`);
  const { warnings } = await plan("measurements: runs.jsonl");
  expect(warnings).toContainEqual(expect.objectContaining({ code: "measurement-refused", path: "runs.jsonl line 2: measured.tpotMs" }));
});

test("a lock notices other measurements", async () => {
  write("runs.jsonl", run(36));
  await plan("measurements: runs.jsonl", "--write");
  expect((await gpufleet(["plan", "one.fleet.yaml", "--check"], { directory })).code).toBe(0);
  write("runs.jsonl", `${run(36)}${run(37)}`);
  const { code, err } = await gpufleet(["plan", "one.fleet.yaml", "--check"], { directory });
  expect(code).toBe(1);
  expect(err).toContain("was planned with other measurements");
});

test("a measurements file that is not there ends with 2", async () => {
  write("one.fleet.yaml", spec("measurements: runs.jsonl"));
  const { code, err } = await gpufleet(["plan", "one.fleet.yaml"], { directory });
  expect(code).toBe(2);
  expect(err).toBe("runs.jsonl: there is no such file; gpufleet calibrate --from RESULT.json writes one\n");
});

test("--explain says what the confidence costs: the difference to the same search at even odds", async () => {
  const even = await plan("confidence: 0.5");
  const sure = await plan("confidence: 0.99", "--explain");
  const finding = sure.assumptions.find(({ code }) => code === "confidence-cost");
  expect(finding?.value).toBeCloseTo(sure.cost.usdPerMonth - even.cost.usdPerMonth, 2);
  expect(finding?.value).toBeGreaterThan(0);
  expect((await plan("confidence: 0.5", "--explain")).assumptions.some(({ code }) => code === "confidence-cost")).toBe(false);
});

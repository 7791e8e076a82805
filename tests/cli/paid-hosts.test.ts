import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

/** Two nodes of GPUs that nobody needs, one node without that is filled, and one kind that stands idle. */
const overrides = `asOf: 2026-11-01
source: contract 7
prices:
  - { instance: g6.xlarge, region: us-east-1, market: reserved, usdPerHour: 0.5, nodes: 2, paid: true }
  - { instance: c7i.8xlarge, region: us-east-1, market: reserved, usdPerHour: 0.9, nodes: 1, paid: true }
  - { instance: c7i.2xlarge, region: us-east-1, market: reserved, usdPerHour: 2, nodes: 1, paid: true }
`;
const fleet = `fleet: held
catalogOverrides: own.yaml
markets: [on-demand, reserved]
instances: { allow: [g6.xlarge, c7i.8xlarge] }
workloads:
  - { name: queries, model: BAAI/bge-small-en-v1.5, precision: auto, qps: 2, averageContext: 100, devices: [cpu] }
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gpu-fleet-planner-held-"));
  writeFileSync(join(directory, "own.yaml"), overrides);
  writeFileSync(join(directory, "held.fleet.yaml"), fleet);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const here = (...argv: string[]) => gpufleet(argv, { directory });

test("a plan with nodes without GPUs that are paid for is kept, compared and exported", async () => {
  expect(await here("plan", "held.fleet.yaml", "--write")).toMatchObject({ code: 0, err: "" });
  expect(await here("diff", "held.plan.json", "held.fleet.yaml", "--format", "text")).toMatchObject({ code: 0, err: "" });
  const { code, out, err } = await here("export", "held.plan.json", "--format", "focus", "--billing-account-id", "123456789012");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("c7i.8xlarge");
});

test("its headline covers every kind of node that is in the total, idle ones too", async () => {
  const { out } = await here("plan", "held.fleet.yaml");
  expect(out).toContain("Covers GPU nodes and CPU-only nodes of the workloads, around the clock");
  expect(out).toContain("is for idle GPUs and vCPUs.");
  expect(out).toMatch(/\(idle, paid for\) +c7i\.2xlarge/);
});

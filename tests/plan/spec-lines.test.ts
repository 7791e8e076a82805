import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { specLines } from "../../planner/plan/spec-lines.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";

const { catalog } = loadCatalog();

function linesOf(fleet: object) {
  const { spec, findings } = readSpec(JSON.stringify(fleet), { file: "lines.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return specLines(spec);
}

const queries = { name: "queries", model: "BAAI/bge-m3", precision: "auto", qps: 1, averageContext: 64 };

test("a quota is told in what it counts: GPUs, or vCPUs of nodes without", () => {
  const here = { cloud: "aws", region: "us-east-1" };
  const quotas = [
    { ...here, family: "p5", gpus: 16 },
    { ...here, family: "g6", gpus: 1 },
    { ...here, family: "standard", market: "spot", vcpus: 64 },
  ];
  expect(linesOf({ fleet: "lines", quotas, workloads: [queries] })).toMatchObject({
    "quotas.aws us-east-1 p5 on-demand": "16 GPUs",
    "quotas.aws us-east-1 g6 on-demand": "1 GPU",
    "quotas.aws us-east-1 standard spot": "64 vCPUs",
  });
});

test("the kinds of nodes that a workload may run on are told where it names them", () => {
  expect(linesOf({ fleet: "lines", workloads: [{ ...queries, devices: ["gpu", "cpu"] }] })).toHaveProperty(["queries.devices"], "cpu, gpu");
  expect(linesOf({ fleet: "lines", workloads: [queries] })).not.toHaveProperty(["queries.devices"]);
});

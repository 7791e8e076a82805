import { expect, test } from "vitest";
import { specFor } from "../../planner/spec/build-spec.ts";
import { formatPositionedFinding, readSpec } from "../../planner/spec/read-spec.ts";
import { smallCatalog } from "./fixtures/small-catalog.ts";

const request = { model: "Llama-3.3-70B-Instruct", precision: "fp8", qps: 6, averageContext: 2300 };

test("a request without a file means what the same spec means", () => {
  const text = `fleet: request\nworkloads:\n  - { name: workload, ${Object.entries(request)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")} }\n`;
  expect(specFor(request, smallCatalog).spec).toEqual(readSpec(text, { file: "x.yaml", catalog: smallCatalog }).spec);
});

test("a wrong request is answered by field, without a file and a line", () => {
  const { spec, findings } = specFor({ ...request, model: "Lama-3.3-70B", qps: -1, gpus: { allow: ["h1000"] } }, smallCatalog);
  expect(spec).toBeNull();
  expect(findings.map(formatPositionedFinding)).toEqual([
    'gpus.allow[0]: unknown GPU "h1000"; did you mean "H100"?',
    "qps: expected a number of requests per second from 0 to 1,000,000, found -1",
    'model: unknown model "Lama-3.3-70B"; did you mean "meta-llama/Llama-3.3-70B-Instruct"?',
  ]);
});

test("what a request does not say gets the defaults, and they are stated", () => {
  const { spec, assumptions } = specFor({ model: "Qwen3-8B", qps: 1, inputTokens: 100, outputTokens: 50, spotMaxShare: 0.5 }, smallCatalog);
  expect(spec?.workloads[0]).toMatchObject({ precisions: ["bf16", "fp8"], spot: { maxShare: 0.5 } });
  expect(assumptions.map(({ path }) => path)).toContain("precision");
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { formatPositionedFinding } from "../../planner/spec/positioned-finding.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";

const overridesText = readFileSync(new URL("../../stacks/catalog.example.yaml", import.meta.url), "utf8");
const { catalog } = loadCatalog({ overridesText, overridesFile: "catalog.example.yaml" });

const specWith = (clusters: string): string => `fleet: rack
clouds: { static: { regions: [berlin-1] } }
clusters:
${clusters}
workloads:
  - { name: chat, model: Qwen/Qwen3-8B, precision: fp8, qps: 1, averageContext: 2000 }
`;

const findingsOf = (text: string): string[] => readSpec(text, { file: "rack.yaml", catalog }).findings.map(formatPositionedFinding);

test("the machines of a site belong to one cluster: a second one is refused, where it stands", () => {
  const one = "  - { name: one, cloud: static, region: berlin-1 }";
  expect(findingsOf(specWith(one))).toEqual([]);
  expect(findingsOf(specWith(`${one}\n  - { name: two, cloud: static, region: berlin-1 }`))).toEqual([
    'rack.yaml:5:33 clusters[1].region: the machines of "berlin-1" already belong to clusters[0]; keep one cluster for each site, or describe two sites in catalogOverrides',
  ]);
});

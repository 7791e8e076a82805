import { loadCatalog } from "../../catalog/load.ts";
import { type Finding, PlanningError } from "../../planner/finding.ts";
import { planFleet } from "../../planner/index.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";

export const { catalog } = loadCatalog();

/** A spec written as an object: YAML reads JSON. */
export function specOf(source: object): FleetSpec {
  const { spec, findings } = readSpec(JSON.stringify(source), { file: "test.fleet.yaml", catalog });
  if (spec === null) throw new Error(findings.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return spec;
}

export interface Answer {
  readonly plan: FleetPlan | null;
  readonly findings: readonly Finding[];
}

export async function ask(spec: FleetSpec): Promise<Answer> {
  try {
    return { plan: await planFleet(spec, catalog), findings: [] };
  } catch (error) {
    if (!(error instanceof PlanningError)) throw error;
    return { plan: null, findings: error.findings };
  }
}

/** An 8B model with latency limits that most GPUs keep. */
export const chat = (qps: number, more: object = {}) => ({
  name: "chat",
  model: "meta-llama/Llama-3.1-8B-Instruct",
  precision: "fp8",
  qps,
  averageContext: 2000,
  slo: { ttftP95Ms: 5000, tpotP95Ms: 100 },
  ...more,
});

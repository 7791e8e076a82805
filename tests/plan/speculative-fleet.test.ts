import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { brokenByCatalog } from "../../planner/plan/lock-constraints.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { checkPlan } from "../checker/check-plan.ts";
import { readRawCatalog } from "../checker/raw-catalog.ts";

const { catalog } = loadCatalog();

/** A chat whose tokens must come faster than the model's weights are read by two L40S. */
const spec = (speculative: string, tpotP95Ms: number) => `
fleet: chat
gpus: { allow: [l40s] }
workloads:
  - name: chat
    model: Qwen/Qwen3-32B
    precision: fp8
    qps: 0.5
    averageContext: 2300
    maxModelLen: 8192
    slo: { ttftP95Ms: 4000, tpotP95Ms: ${tpotP95Ms} }
    ${speculative}
`;

async function planned(speculative: string, tpotP95Ms = 60) {
  const read = readSpec(spec(speculative, tpotP95Ms), { file: "chat.fleet.yaml", catalog });
  if (read.spec === null) throw new Error(JSON.stringify(read.findings));
  return { spec: read.spec, plan: await planFleet(read.spec, catalog, {}, { assumptions: read.assumptions }) };
}

const drafted = "speculative: { draftModel: Qwen/Qwen3-0.6B, tokens: 4, acceptance: 0.8 }";

test("a fleet that drafts is planned with the draft model in its memory, and the independent checker accepts it", async () => {
  const [plain, speculating] = [await planned(""), await planned(drafted)];
  expect(checkPlan(speculating.spec, speculating.plan, readRawCatalog())).toEqual([]);
  expect(brokenByCatalog(speculating.plan, catalog)).toEqual([]);
  // The draft model makes its tokens come fast enough from one GPU, where two read the weights together without it.
  expect(plain.plan.workloads[0]?.deployments.map(({ gpusPerReplica }) => gpusPerReplica)).toEqual([2]);
  expect(speculating.plan.workloads[0]?.deployments.map(({ gpusPerReplica }) => gpusPerReplica)).toEqual([1]);
  for (const { engine, predicted } of speculating.plan.workloads[0]?.deployments ?? []) {
    expect(engine.speculative).toMatchObject({ draftModel: "Qwen/Qwen3-0.6B", tokens: 4, acceptance: 0.8 });
    expect(engine.speculative?.downloadBytes).toBeGreaterThan(1e9);
    expect(predicted.evidence).toBe("none");
  }
  expect(plain.plan.workloads[0]?.deployments[0]?.engine).not.toHaveProperty("speculative");
});

test("the plan says what the prediction with speculation rests on, and which acceptance it took", async () => {
  const { plan } = await planned("speculative: { draftModel: Qwen/Qwen3-0.6B, tokens: 3 }");
  const { draftModel } = catalog.serving.draftAcceptance;
  expect(plan.assumptions).toContainEqual(expect.objectContaining({ code: "default-draft-acceptance", value: draftModel }));
  const found = plan.assumptions.find(({ code }) => code === "assume-speculation");
  expect(found?.value).toBeCloseTo(1 + draftModel + draftModel ** 2 + draftModel ** 3, 12);
});

test("the kind of text moves the acceptance that is taken, and what is given goes before it", async () => {
  const { plan } = await planned("speculative: { draftModel: Qwen/Qwen3-0.6B, tokens: 3, text: writing }");
  const found = plan.assumptions.find(({ code }) => code === "default-draft-acceptance");
  expect(found?.message).toContain("for writing");
  expect(found?.value).toBeLessThan(catalog.serving.draftAcceptance.draftModel);
  const { plan: given } = await planned("speculative: { draftModel: Qwen/Qwen3-0.6B, tokens: 3, text: writing, acceptance: 0.8 }");
  expect(given.assumptions.some(({ code }) => code === "default-draft-acceptance")).toBe(false);
});

test("a spec whose draft model the engine refuses is answered before anything is planned", () => {
  const text = spec("speculative: { draftModel: Qwen/Qwen3.5-0.8B, tokens: 3 }", 60).replace("Qwen/Qwen3-32B", "Qwen/Qwen3.5-27B");
  const { spec: read, findings } = readSpec(text, { file: "chat.fleet.yaml", catalog });
  expect(read).toBeNull();
  expect(findings).toContainEqual(expect.objectContaining({ code: "draft-model-unfit", path: "workloads[0].speculative" }));
});

test("a lock whose draft model the catalog has lost does not hold", async () => {
  const { plan } = await planned(drafted);
  const without = { ...catalog, models: catalog.models.filter(({ id }) => id !== "Qwen/Qwen3-0.6B") };
  expect(brokenByCatalog(plan, without)).toContainEqual(expect.objectContaining({ code: "lock-unknown-facts" }));
});

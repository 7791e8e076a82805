import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPlan } from "../checker/check-plan.ts";
import { isWhole } from "../checker/rules/form.ts";
import { arbitraryFleet, type WrittenWorkload } from "./arbitrary-fleet.ts";
import { planOf, rawCatalog } from "./plan-of.ts";

/** In 16 bits more than the 1.4 TB of eight B200. */
const tooLarge = ["deepseek-ai/DeepSeek-V3-0324", "moonshotai/Kimi-K2-Instruct"] as const;

/**
 * How many specs are generated: 200 in every run of the tests, more when the environment says so:
 * `GENERATED_SPECS=10000 npx vitest run tests/fleets/generated.test.ts` (some minutes).
 * The seed stays the same, so a failure comes back; fast-check prints the smallest spec that still fails.
 */
const count = Number(process.env.GENERATED_SPECS ?? 200);
const seed = 20_261_121;

test("every spec gets a plan that the checker accepts, or findings that say why not", { timeout: 60_000 + count * 500 }, async () => {
  const became = { planned: 0, impossible: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(arbitraryFleet, async (fleet) => {
      const outcome = await planOf(fleet);
      became[outcome.kind]++;
      if (outcome.kind === "planned") {
        expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
        return;
      }
      expect(outcome.findings).not.toEqual([]);
      expect(outcome.findings.filter((finding) => !isWhole(finding))).toEqual([]);
    }),
    { seed, numRuns: count },
  );
  // What is never planned, or never refused, would not be tested.
  for (const times of Object.values(became)) expect(times).toBeGreaterThan(count / 10);
});

test("models that no single node holds are planned over several, and the checker accepts it", {
  timeout: 60_000 + count * 500,
}, async () => {
  let spanning = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryFleet, fc.constantFrom(...tooLarge), async ({ workloads: [first, ...others], ...fleet }, model) => {
      if (first === undefined) return;
      const large = {
        ...generating(first),
        model,
        precision: "bf16",
        engine: undefined,
        speculative: undefined,
        lora: undefined,
      };
      const outcome = await planOf({ ...fleet, gpus: { deny: ["b300-sxm-270gb"] }, workloads: [large, ...others] });
      if (outcome.kind !== "planned") return;
      expect(checkPlan(outcome.spec, outcome.plan, rawCatalog)).toEqual([]);
      spanning += outcome.plan.workloads.some(({ deployments }) => deployments.some(({ nodesPerReplica }) => nodesPerReplica > 1)) ? 1 : 0;
    }),
    { seed, numRuns: Math.ceil(count / 2) },
  );
  expect(spanning).toBeGreaterThan(count / 20);
});

/** The same demand and the same rules, without what only models that embed, rerank or transcribe have. */
function generating({ slo, devices: _, averageAudioSeconds, traffic, ...workload }: WrittenWorkload): WrittenWorkload {
  const { documentsPerRequest, ...lengths } = { documentsPerRequest: undefined, ...(traffic as object | undefined) };
  const isOther = averageAudioSeconds !== undefined || documentsPerRequest !== undefined;
  return { ...workload, ...(isOther ? { averageContext: 2300 } : { slo }), traffic: lengths };
}

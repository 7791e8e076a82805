import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import type { FleetPlan, Money } from "../../planner/plan/fleet-plan.ts";
import type { Lock } from "../../planner/plan/lock.ts";
import { lockStanding } from "../../planner/plan/lock-standing.ts";
import { catalog, files, keptBy, lockOf, plannerVersion, planOf, repricedCatalog, specOf, standing } from "./locks.ts";

const spec = specOf();
let plan: FleetPlan;
let lock: Lock;
beforeAll(async () => {
  plan = await planOf(spec);
  lock = lockOf(plan);
});

test("with the inputs it was written for, a lock is its plan and nothing else", () => {
  expect(standing(lock, spec)).toBe(lock.plan);
});

describe("a lock that answers another spec says what differs and which command mends it", () => {
  test.each<[string, (text: string) => string, string]>([
    ["a rate", (text) => text.replace("qps: 2", "qps: 3"), "workloads.chat.demand.requestsPerSecond is 3 (lock: 2)"],
    ["a model", (text) => text.replace("Qwen3-8B", "Qwen3-4B"), 'workloads.chat.model is "Qwen/Qwen3-4B" (lock: "Qwen/Qwen3-8B")'],
    ["a name", (text) => text.replace("name: chat", "name: talk"), "workloads.chat is gone, workloads.talk is new"],
    ["the fleet's name", (text) => text.replace("fleet: two", "fleet: three"), 'fleet is "three" (lock: "two")'],
    ["the budget", (text) => text.replace("60000", "70000"), "budget.usdPerMonth is 70000 (lock: 60000)"],
    ["no budget", (text) => text.replace(/budget.*\n/, ""), 'budget is null (lock: {"mode":"hard","usdPerMonth":60000})'],
    [
      "a new target",
      (text) => text.replace("qps: 2", "qps: 2, slo: { ttftP95Ms: 900, tpotP95Ms: 80 }"),
      "workloads.chat.slo.ttftP95Ms is 900 (lock: 2000)",
    ],
    ["a tag", (text) => `tags: { owner: ml }\n${text}`, "tags.owner is new"],
    ["a list of GPUs", (text) => `gpus: { deny: [t4] }\n${text}`, "something that the lock does not repeat"],
  ])("%s", (_, change, difference) => {
    const finding = standing(lock, specOf(change));
    expect(finding).toMatchObject({ code: "lock-spec-differs", path: files.lock });
    expect(finding).toHaveProperty("message", expect.stringContaining(`answers another spec than ${files.spec}: ${difference}`));
    expect(finding).toHaveProperty("suggestion", `plan anew: npx gpufleet plan ${files.spec} --write`);
  });

  test("many differences are a line all the same", () => {
    const finding = standing(
      lock,
      specOf((text) => text.replaceAll(/qps: \d/g, "qps: 9").replaceAll(/averageContext: \d+/g, "averageContext: 1000")),
    );
    expect(finding).toHaveProperty("message", expect.stringMatching(/lock: [^\n]+ and \d+ more$/));
  });

  test("comments, order of keys and quotes are no difference", () => {
    expect(
      standing(
        lock,
        specOf((text) => `# a comment\n${text.replace("name: chat, model: Qwen/Qwen3-8B", 'model: "Qwen/Qwen3-8B", name: chat')}`),
      ),
    ).toBe(lock.plan);
  });
});

test("a lock that was planned with other measurements is invalid", () => {
  const question = { spec, catalog, plannerVersion, measurementsSha256: "of-new-runs" };
  expect(lockStanding(lock, question, files)).toMatchObject({ code: "lock-measurements-differ" });
});

const sumsToTheCent = (parts: Readonly<Record<string, Money>>, headline: number): boolean =>
  Object.values(parts).reduce((sum, { usdPerMonth }) => sum + Math.round(usdPerMonth * 100), 0) === Math.round(headline * 100);

/** What is deployed: a plan without its money and what is said about it. */
const deployed = ({ pools, workloads, clusters, tags }: FleetPlan) => ({
  clusters,
  tags,
  pools: pools.map(({ usdPerNodeHour: _, usdPerHour: __, usdPerMonth: ___, price: ____, commitments: _____, ...pool }) => pool),
  workloads: workloads.map(({ cost: _, ...workload }) => workload),
});

test("other prices change every figure of cost, add up to the cent, and change nothing that is deployed", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.double({ min: 0.2, max: 5, noNaN: true }), (onDemand, spot) => {
      const today = repricedCatalog((quote, market) => ({
        ...quote,
        usdPerHour: quote.usdPerHour * (market === "spot" ? spot : onDemand),
        asOf: "2027-01-01",
      }));
      const kept = keptBy(lock, spec, today);
      expect(deployed(kept)).toEqual(deployed(plan));
      const { cost } = kept;
      for (const parts of [cost.byPool, cost.byWorkload, cost.byMarket, cost.byCloud, cost.byCostCenter]) {
        expect(sumsToTheCent(parts, cost.usdPerMonth)).toBe(true);
      }
      for (const pool of kept.pools) {
        const before = plan.pools.find(({ name }) => name === pool.name)?.usdPerNodeHour ?? 0;
        expect(pool.usdPerNodeHour).toBeCloseTo(before * (pool.market === "spot" ? spot : onDemand), 5);
        expect(pool).toMatchObject({ ...cost.byPool[pool.name], price: { asOf: "2027-01-01" } });
      }
      for (const workload of kept.workloads) expect(workload.cost).toMatchObject(cost.byWorkload[workload.name] ?? {});
      expect(kept.budget?.headroomUsdPerMonth).toBeCloseTo(60000 - cost.usdPerMonth, 2);
      expect(kept.inputs).toMatchObject({ catalogSha256: today.sha256, catalogAsOf: today.asOf, lockSha256: lock.planSha256 });
    }),
    { numRuns: 30 },
  );
});

test.each([
  ["list prices", null],
  ["discounted prices", 100],
])("the same %s in another catalog give the same money and pools, with a warning", async (_, listUsdPerHour) => {
  const then = repricedCatalog((quote) => ({ ...quote, listUsdPerHour }));
  const planned = await planOf(spec, then);
  const kept = keptBy(lockOf(planned), spec, { ...then, sha256: "of the day after" });
  expect(kept.cost).toEqual(planned.cost);
  expect(kept.workloads).toEqual(planned.workloads);
  expect(kept.pools).toEqual(planned.pools);
  expect(kept.warnings[0]).toMatchObject({ code: "lock-other-catalog", message: expect.stringContaining("the fleet costs the same") });
});

test("a new price is a warning with both totals, and nothing is claimed about a bound that was proven at other prices", () => {
  const kept = keptBy(
    lock,
    spec,
    repricedCatalog((quote) => ({ ...quote, usdPerHour: quote.usdPerHour * 2 })),
  );
  const message = `the fleet costs ${kept.cost.usdPerMonth.toFixed(2)} USD a month, not ${plan.cost.usdPerMonth.toFixed(2)}`;
  expect(kept.warnings[0]).toMatchObject({ code: "lock-other-catalog", message: expect.stringContaining(message) });
  expect(kept.cost.usdPerHour).toBeCloseTo(plan.cost.usdPerHour * 2, 5);
  expect(kept.optimality).toMatchObject({ status: "feasible", lowerBoundUsdPerHour: 0, gap: 1 });
});

test("a pool that lost its price keeps the old one, and is named", () => {
  const [pool] = plan.pools.filter(({ market }) => market === "spot");
  if (pool === undefined) throw new Error("the coder may be all on spot, and spot is cheaper");
  const kept = keptBy(
    lock,
    spec,
    repricedCatalog((quote, market) => (market === "spot" ? null : quote)),
  );
  expect(kept.pools.find(({ name }) => name === pool.name)).toEqual(pool);
  expect(kept.warnings.filter(({ code }) => code === "lock-price-missing")).toMatchObject([
    { path: `pools.${pool.name}`, message: expect.stringContaining(`no spot price of ${pool.instanceType} in us-east-1 any more`) },
  ]);
});

test("an estimate that became a price is no longer warned of, and the other way round", () => {
  const estimates = (estimated: boolean) =>
    keptBy(
      lock,
      spec,
      repricedCatalog((quote) => ({ ...quote, estimated })),
    ).warnings.filter(({ code }) => code === "estimated-price").length;
  expect(estimates(true)).toBe(plan.pools.length);
  expect(estimates(false)).toBe(0);
});

test("another planner keeps the fleet, its figures and its proof, and says so", () => {
  const kept = keptBy(lock, spec, catalog, "2.0.0");
  const [first, ...others] = kept.warnings;
  expect(first).toMatchObject({
    code: "lock-other-planner",
    message: expect.stringContaining("version 1.0.0 of the planner, this is 2.0.0"),
  });
  expect({ ...kept, warnings: others, inputs: plan.inputs }).toEqual(plan);
});

describe("a catalog that takes away what the fleet rests on makes the lock invalid", () => {
  const changed = (change: Partial<Catalog>): Catalog => ({ ...catalog, sha256: "other", ...change });
  const used = () => new Set(plan.pools.map(({ instanceType }) => instanceType));
  const instances = (change: Partial<Catalog["instanceTypes"][number]>) =>
    changed({ instanceTypes: catalog.instanceTypes.map((one) => (used().has(one.id) ? { ...one, ...change } : one)) });

  test("a hard budget", () => {
    const dear = repricedCatalog((quote) => ({ ...quote, usdPerHour: quote.usdPerHour * 1000 }));
    expect(standing(lock, spec, dear)).toMatchObject({
      code: "budget-exceeded",
      message: expect.stringContaining("no longer holds at today's prices"),
    });
  });

  test("an instance type", () => {
    const gone = changed({ instanceTypes: catalog.instanceTypes.filter(({ id }) => !used().has(id)) });
    expect(standing(lock, spec, gone)).toMatchObject({ code: "lock-unknown-instance" });
  });

  test("its GPUs", () => {
    expect(standing(lock, spec, instances({ gpuCount: 64 }))).toMatchObject({
      code: "lock-node-differs",
      message: expect.stringContaining("has 64 x"),
    });
  });

  test("its processors and memory", () => {
    expect(standing(lock, spec, instances({ vcpus: 1 }))).toMatchObject({
      code: "lock-host-too-small",
      message: expect.stringContaining("vCPU"),
    });
    const small = instances({ memoryBytes: 2 ** 30, allocatableMemoryBytes: null });
    expect(standing(lock, spec, small)).toMatchObject({
      code: "lock-host-too-small",
      message: expect.stringContaining("bytes of host memory"),
    });
  });

  test("the memory of a GPU", () => {
    const small = changed({ gpus: catalog.gpus.map((gpu) => ({ ...gpu, cudaMemoryBytes: 8 * 2 ** 30 })) });
    expect(standing(lock, spec, small)).toMatchObject({
      code: "does-not-fit",
      message: expect.stringMatching(/^no longer holds: deployments\./),
    });
  });

  test("a release of the engine", () => {
    const none = changed({ engines: catalog.engines.filter(({ name }) => name !== "vllm") });
    expect(standing(lock, spec, none)).toMatchObject({ message: expect.stringMatching(/^no longer holds: deployments\./) });
  });
});

test("what cannot be deployed is asked of the planner that reads the lock", () => {
  const old = lockOf({ ...plan, notDeployable: [{ code: "not-supported-yet", path: "pools.x", message: "not supported yet" }] });
  expect(keptBy(old, spec).notDeployable).toHaveLength(1);
  expect(keptBy(old, spec, catalog, "2.0.0").notDeployable).toEqual([]);
});

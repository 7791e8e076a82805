import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import type { FleetPlan, Money } from "../../../planner/plan/fleet-plan.ts";
import { type DiffContext, diffPlans } from "../../../reports/diff/diff-plans.ts";
import { renderDiffMarkdown } from "../../../reports/diff/markdown.ts";
import { renderDiffText } from "../../../reports/diff/text.ts";
import { forecastJson } from "../../../reports/focus/forecast-json.ts";
import { monthsFrom } from "../../../reports/focus/months.ts";
import { anyPlan } from "./fixtures/any-plan.ts";
import { a100, base, l40s, otherCatalog, otherSpec, planOf } from "./fixtures/plans.ts";

const context: DiffContext = { today: "2026-11-20", maxPriceAgeDays: 30, maxIncrease: null };
const od = "use1-g6e-12xlarge-on-demand";
const cents = (usd: number): number => Math.round(usd * 100);
const monthOf = (changes: readonly { readonly difference: Money }[]): number =>
  changes.reduce((sum, { difference }) => sum + cents(difference.usdPerMonth), 0);

test("every list of changes adds up to the headline to the cent", () => {
  assert(
    property(anyPlan, anyPlan, (old, now) => {
      const diff = diffPlans(old, now, context);
      const headline = cents(diff.cost.difference.usdPerMonth);
      for (const changes of [diff.byCloud, diff.byMarket, diff.byCostCenter]) expect(monthOf(changes)).toBe(headline);
      for (const changes of [diff.workloads, diff.pools]) expect(monthOf(changes.map(({ cost }) => cost))).toBe(headline);
    }),
  );
});

test("a plan does not differ from itself, and the way back is the way there the other way round", () => {
  assert(
    property(anyPlan, anyPlan, (old, now) => {
      const same = diffPlans(old, old, context);
      expect(same.kind).toBe("unchanged");
      expect([...same.workloads, ...same.pools].every(({ kind }) => kind === "unchanged")).toBe(true);
      expect(same.overlap).toBeNull();
      const [there, back] = [diffPlans(old, now, context), diffPlans(now, old, context)];
      expect(cents(there.cost.difference.usdPerMonth) + cents(back.cost.difference.usdPerMonth)).toBe(0);
    }),
  );
});

test("every change has a reason, and every text is written for any two plans", () => {
  assert(
    property(anyPlan, anyPlan, (old, now) => {
      const diff = diffPlans(old, now, context);
      for (const { kind, causes } of diff.workloads) expect(causes.length > 0).toBe(kind !== "unchanged");
      for (const text of [renderDiffMarkdown(diff), renderDiffText(diff, { width: 100, color: false })]) {
        expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
      }
    }),
  );
});

test("the overlap is what the old nodes of moving workloads cost and hold, until the moved replicas are up", () => {
  const now = planOf({
    pools: [a100(1), l40s(1)],
    workloads: [
      { name: "chat", qps: 4, on: { "usc1-a2-highgpu-4g-on-demand": 2 } },
      { name: "search", qps: 1, on: { [od]: 1 } },
    ],
    more: otherCatalog,
  });
  const { overlap } = diffPlans(base, now, context);
  expect(overlap).toMatchObject({
    workloads: ["chat"],
    pools: [{ name: od, nodes: 1, until: "the next up" }],
    usdPerHour: 10.4926,
    expectedSeconds: 420,
  });
  expect(overlap?.expectedUsd).toBe(1.22);
  expect(overlap?.gpus).toEqual([{ cloud: "aws", region: "us-east-1", family: "g6e", market: "on-demand", extraGpus: 4, peakGpus: 8 }]);
});

test("a workload that shrinks, or goes, keeps its nodes until the next up and moves nobody", () => {
  const smaller = planOf({ pools: [l40s(1)], workloads: [{ name: "chat", qps: 2, on: { [od]: 2 } }], more: otherSpec });
  const pools = [{ name: od, nodes: 1, until: "the next up" }];
  expect(diffPlans(base, smaller, context).overlap).toMatchObject({ workloads: [], pools, usdPerHour: 10.4926, expectedUsd: 0, gaps: [] });
  const same = planOf({ pools: [l40s(2)], workloads: [{ name: "chat", qps: 2, on: { [od]: 2 } }], more: otherSpec });
  expect(diffPlans(base, same, context).overlap).toBeNull();
});

test("another layout on a pool that is full needs nodes for both; in a rack there is a gap instead", () => {
  const other = (market: "on-demand" | "static") => {
    const pools = [{ ...l40s(2), more: { market } }];
    const on = (gpus: number, replicas: number): FleetPlan => {
      const plan = planOf({ pools, workloads: [{ name: "chat", qps: 4, on: { [od]: replicas } }] });
      const workloads = plan.workloads.map((workload) => ({
        ...workload,
        deployments: workload.deployments.map((one) => ({ ...one, name: `chat-tp${gpus}`, gpusPerReplica: gpus })),
      }));
      return { ...plan, workloads };
    };
    return diffPlans(on(2, 4), on(4, 2), context).overlap;
  };
  expect(other("on-demand")).toMatchObject({ workloads: ["chat"], pools: [{ name: od, nodes: 2, until: "the next up" }], gaps: [] });
  expect(other("on-demand")?.gpus).toMatchObject([{ extraGpus: 8, peakGpus: 16 }]);
  expect(other("static")).toMatchObject({ pools: [], usdPerHour: 0, gpus: [], gaps: ["chat"] });
});

test("a workload that changes through its neighbours alone says so", () => {
  const now = planOf({
    pools: [l40s(3)],
    workloads: [
      { name: "chat", qps: 7, on: { [od]: 4 } },
      { name: "search", qps: 1, on: { [od]: 1 } },
    ],
    more: otherSpec,
  });
  const [chat, search] = diffPlans(base, now, context).workloads;
  expect(chat?.causes).toEqual([{ kind: "spec", path: "chat.qps", old: 4, new: 7 }]);
  expect(search?.causes).toEqual([
    { kind: "packing", path: "follows from the packing", old: null, new: null, note: "shares nodes with chat" },
  ]);
});

test("a spec that changed where plans do not show it is not blamed on something else", () => {
  const now = planOf({
    pools: [a100(2)],
    workloads: base.workloads.map(({ name, demand }) => ({ name, qps: demand.requestsPerSecond, on: { [a100(2).name]: 2 } })),
    more: otherSpec,
  });
  const { causes, workloads } = diffPlans(base, now, context);
  expect(causes.map(({ path }) => path)).toEqual(["spec"]);
  expect(workloads.map((workload) => workload.causes[0]?.path)).toEqual(["spec", "spec"]);
});

test.each([
  [{ usdPerMonth: 7659.58 }, true],
  [{ usdPerMonth: 7659.59 }, false],
  [{ share: 0.49 }, true],
  [{ share: 0.51 }, false],
])("an increase by 7,659.59 or 50 % needs action against a limit of %j: %s", (maxIncrease, needsAction) => {
  const now = planOf({
    pools: [l40s(3)],
    workloads: [
      { name: "chat", qps: 7, on: { [od]: 5 } },
      { name: "search", qps: 1, on: { [od]: 1 } },
    ],
    more: otherSpec,
  });
  const { findings } = diffPlans(base, now, { ...context, maxIncrease });
  expect(findings.needsAction.map(({ code }) => code)).toEqual(needsAction ? ["increase-too-large"] : []);
  expect(diffPlans(now, base, { ...context, maxIncrease }).findings.needsAction).toEqual([]);
});

test("a finding whose figure moved stands as before; one about a workload that moved in the list too", () => {
  const warning = (path: string, days: number) => ({ code: "weak-evidence", path, message: `nobody measured for ${days} days` });
  const old = { ...base, warnings: [warning("workloads[1]", 3), warning("workloads[0]", 3)] };
  const turned = { ...base, workloads: base.workloads.toReversed(), warnings: [warning("workloads[0]", 4)] };
  const { findings } = diffPlans(old, turned, context);
  expect(findings).toMatchObject({ added: [], standing: [{ path: "search" }], resolved: [{ path: "chat" }] });
});

test("lines of the spec that only decide what may be bought are named, where both plans keep them", () => {
  const at = (spec: Record<string, string>, sha: string): FleetPlan => ({
    ...base,
    inputs: { ...base.inputs, specSha256: sha.repeat(32), spec },
  });
  const old = at({ markets: "on-demand", "quotas.aws us-east-1 p5 spot": "16 GPUs" }, "11");
  const now = at({ markets: "on-demand, spot", "gpus.deny": "t4" }, "22");
  expect(diffPlans(old, now, context).causes).toEqual([
    { kind: "spec", path: "gpus.deny", old: null, new: "t4" },
    { kind: "spec", path: "markets", old: "on-demand", new: "on-demand, spot" },
    { kind: "spec", path: "quotas.aws us-east-1 p5 spot", old: "16 GPUs", new: null },
  ]);
  const older: FleetPlan = { ...base, inputs: { ...base.inputs, specSha256: "33".repeat(32) } };
  expect(diffPlans(older, now, context).causes.map(({ path }) => path)).toEqual(["spec"]);
});

test("what has no price, or an estimated one, needs action where that is asked for", () => {
  const offers = { code: "unpriced-offers", path: "clusters.use1", message: "2 offers have no price", value: 2 };
  const pools = base.pools.map((pool) => ({ ...pool, price: { ...pool.price, estimated: true } }));
  const action = (plan: FleetPlan, failOnUnpriced: boolean) =>
    diffPlans(base, plan, { ...context, failOnUnpriced }).findings.needsAction.map(({ message }) => message);
  expect(action({ ...base, warnings: [offers] }, true)).toEqual(["not allowed here: 2 offers without a price"]);
  expect(action({ ...base, pools }, true)).toEqual([`not allowed here: an estimated price for ${od}`]);
  expect(action({ ...base, pools, warnings: [offers] }, false)).toEqual([]);
  expect(action(base, true)).toEqual([]);
});

test("the budget is passed in the month in which the forecast for finance passes it", () => {
  assert(
    property(
      anyPlan,
      double({ min: 0.5, max: 3, noNaN: true }),
      double({ min: -5, max: 60, noNaN: true }),
      (plan, ofCost, growthPercent) => {
        const usdPerMonth = Math.round(plan.cost.usdPerMonth * ofCost * 100) / 100;
        const now: FleetPlan = { ...plan, budget: { usdPerMonth, mode: "soft", headroomUsdPerMonth: 0 } };
        const { runway } = diffPlans(null, now, { ...context, growthPercent });
        const forecast = forecastJson(now, { months: monthsFrom("2026-11", 120) ?? [], growthPercent });
        expect(runway?.firstMonthOverBudget).toBe(forecast.firstMonthOverBudget);
        expect(runway?.usdInTwelfthMonth).toBe(forecast.months[11]?.costUsd);
        expect(runway?.monthsWithin ?? 120).toBe(
          forecast.months.filter(({ month }) => month < (runway?.firstMonthOverBudget ?? "9")).length,
        );
      },
    ),
  );
});

test("there is no runway without a growth, nor anything cheaper where it was not looked for", () => {
  const unlimited = { growthPercentPerMonth: 3, monthsWithin: null, firstMonthOverBudget: null };
  expect(diffPlans(null, base, { ...context, growthPercent: 3 }).runway).toMatchObject(unlimited);
  expect(diffPlans(base, null, { ...context, growthPercent: 3 }).runway).toBeNull();
  expect(diffPlans(null, { ...base, budget: { usdPerMonth: 1, mode: "soft", headroomUsdPerMonth: 0 } }, context).runway).toBeNull();
  expect(diffPlans(null, base, context).cheaper).toBeNull();
  expect(diffPlans({ ...base, constraints: [] }, null, context).cheaper).toBeNull();
});

import type { Catalog } from "../../catalog/catalog.ts";
import { loadCatalog } from "../../catalog/load.ts";
import type { QuotedPrice } from "../../catalog/schema/price.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { type Lock, lockText, readLock } from "../../planner/plan/lock.ts";
import { lockStanding } from "../../planner/plan/lock-standing.ts";
import { planFleet } from "../../planner/plan/plan-fleet.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";

/** A small fleet with an on-demand and a spot pool, its lock, and what can happen to both. */

export const files = { lock: "stacks/two.plan.json", spec: "stacks/two.fleet.yaml" };
export const plannerVersion = "1.0.0";

const text = `
fleet: two
budget: { usdPerMonth: 60000, mode: hard }
workloads:
  - { name: chat, model: Qwen/Qwen3-8B, precision: bf16, qps: 2, averageContext: 2000, maxModelLen: 8192, costCenter: support }
  - { name: coder, model: Qwen/Qwen2.5-Coder-7B-Instruct, precision: bf16, qps: 4, averageContext: 1200, spot: { maxShare: 1 } }
`;

export const { catalog } = loadCatalog();

export function specOf(change: (text: string) => string = (same) => same, facts: Catalog = catalog): FleetSpec {
  const { spec, findings } = readSpec(change(text), { file: files.spec, catalog: facts });
  if (spec === null) throw new Error(findings.map(({ message }) => message).join());
  return spec;
}

export const planOf = (spec: FleetSpec, facts: Catalog = catalog, context = {}): Promise<FleetPlan> =>
  planFleet(spec, facts, {}, { plannerVersion, ...context });

export function lockOf(plan: FleetPlan): Lock {
  const lock = readLock(lockText(plan), files);
  if ("code" in lock) throw new Error(lock.message);
  return lock;
}

export const standing = (lock: Lock, spec: FleetSpec, facts: Catalog = catalog, version = plannerVersion) =>
  lockStanding(lock, { spec, catalog: facts, plannerVersion: version }, files);

/** The fleet of a lock that must be valid. */
export function keptBy(lock: Lock, spec: FleetSpec, facts?: Catalog, version?: string): FleetPlan {
  const kept = standing(lock, spec, facts, version);
  if ("code" in kept) throw new Error(kept.message);
  return kept;
}

type Market = "onDemand" | "spot";

/** A catalog of another day: every price through `change`, which gets the market too. */
export const repricedCatalog = (change: (quote: QuotedPrice, market: Market, instance: string) => QuotedPrice | null): Catalog => ({
  ...catalog,
  sha256: "of-another-day",
  asOf: "2027-01-01",
  prices: catalog.prices.map((price) => ({
    ...price,
    onDemand: price.onDemand && change(price.onDemand, "onDemand", price.instance),
    spot: price.spot && (change(price.spot, "spot", price.instance) as typeof price.spot),
  })),
});

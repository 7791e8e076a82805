import type { FleetPlan, PaidNodes } from "../../planner/plan/fleet-plan.ts";
import { machinesOf } from "../../planner/plan/paid-nodes.ts";
import { fromMicro, hoursPerMonth, toMicro } from "../../planner/units.ts";
import type { Part } from "./focus-rows.ts";
import type { ForecastRow } from "./forecast.ts";
import type { Month } from "./months.ts";
import { contentsText } from "./node-contents.ts";

/**
 * Commitments as FOCUS has them (discount handling, specification/attributes/discount_handling.md, read 2026-11-29): the purchase is what is billed and
 * has no effective cost; usage that it covers is billed with 0 and costs, effectively, its part of the purchase, and so does what is unused of it.
 * The effective costs of used and unused add up to what is billed. Machines of one's own are no commitment to anybody.
 */
const isCommitment = ({ market }: Pick<PaidNodes, "market">): boolean => market === "reserved";

/** The columns in which a row of usage differs when it is covered by a commitment. */
export function commitmentOf(plan: FleetPlan, { pool, workload, nodeHours }: ForecastRow): Part {
  const kind = plan.paidNodes?.find((one) => isCommitment(one) && machinesOf(one) === machinesOf(pool));
  if (kind === undefined) return {};
  const isUnused = workload === null;
  return {
    ...commitment(plan, kind, nodeHours),
    BilledCost: 0,
    CommitmentDiscountStatus: isUnused ? "Unused" : "Used",
    ...(isUnused ? { ...notConsumed, ...resource(plan, kind) } : {}),
  };
}

/** For each month and commitment what is bought, and the columns in which its row differs from one of usage. */
export function purchaseRows(plan: FleetPlan, months: readonly Month[]): { readonly row: ForecastRow; readonly charge: Part }[] {
  const kinds = (plan.paidNodes ?? []).filter(isCommitment);
  return months.flatMap((month) =>
    kinds.map((kind) => {
      const nodeHours = kind.nodes * hoursPerMonth;
      const costUsd = fromMicro(toMicro(kind.usdPerNodeHour) * nodeHours);
      const usdPerHour = fromMicro(toMicro(kind.usdPerNodeHour) * kind.nodes);
      const row: ForecastRow = {
        month,
        pool: { ...kind, zones: [], usdPerHour },
        workload: null,
        slots: 0,
        share: 1,
        nodeHours,
        slotHours: 0,
        costUsd,
        listCostUsd: costUsd,
        listUsdPerNodeHour: kind.usdPerNodeHour,
      };
      const charge: Part = {
        ...commitment(plan, kind, nodeHours),
        ...resource(plan, kind),
        ...notConsumed,
        ChargeCategory: "Purchase",
        ChargeFrequency: "Recurring",
        PricingCategory: "Standard",
        ChargeDescription: `forecast: commitment to ${kind.nodes} x ${kind.instanceType} (${contentsText(kind)}) ${kind.region}, paid for used or not, 730 hours a month`,
        EffectiveCost: 0,
        PricingCurrencyEffectiveCost: 0,
      };
      return { row, charge };
    }),
  );
}

const commitmentId = (plan: FleetPlan, kind: PaidNodes): string => `${plan.fleet}/${machinesOf(kind)}`;

const commitment = (plan: FleetPlan, kind: PaidNodes, nodeHours: number): Part => ({
  CommitmentDiscountCategory: "Usage",
  CommitmentDiscountId: commitmentId(plan, kind),
  CommitmentDiscountName: kind.price.source,
  CommitmentDiscountQuantity: nodeHours,
  CommitmentDiscountType: "Reservation",
  CommitmentDiscountUnit: "Hours",
});

/** What is not used has no resource but the commitment. */
const resource = (plan: FleetPlan, kind: PaidNodes): Part => ({
  ResourceId: commitmentId(plan, kind),
  ResourceName: machinesOf(kind),
  ResourceType: "Commitment",
});

const notConsumed: Part = { ConsumedQuantity: null, ConsumedUnit: null, AllocatedMethodId: null, AllocatedMethodDetails: null };

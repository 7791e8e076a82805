import { canonicalJson } from "../../planner/canonical-json.ts";
import type { FleetPlan, PlannedPool } from "../../planner/plan/fleet-plan.ts";
import { commitmentOf, purchaseRows } from "./commitment-rows.ts";
import { type CsvValue, csvText } from "./csv.ts";
import { type FocusColumn, focusColumns } from "./focus-columns.ts";
import { type ForecastOptions, type ForecastRow, forecast } from "./forecast.ts";
import { contentsOf, contentsText, unitsPerSlot } from "./node-contents.ts";
import { planHash } from "./plan-hash.ts";
import { providers } from "./providers.ts";

/** Who pays, by cloud: a fleet on two clouds has two bills. */
export interface Account {
  readonly billingAccountId: string;
  readonly billingAccountName: string | null;
  readonly subAccountId: string | null;
  readonly subAccountName: string | null;
}

export interface FocusOptions extends ForecastOptions {
  readonly account: (cloud: PlannedPool["cloud"]) => Account;
  readonly stackName: string;
  readonly scenario: string;
  /** 0 to 1, as the user judges it; null when nobody did. */
  readonly probability: number | null;
}

export type FocusRow = Readonly<Record<FocusColumn, CsvValue>>;

/**
 * The plan as rows of FOCUS 1.4: one for each month, pool and workload, and for each month and commitment its purchase. FOCUS describes what was
 * billed; the x_ columns say that this is a forecast.
 */
export function focusRows(plan: FleetPlan, options: FocusOptions): FocusRow[] {
  const runId = planHash(plan);
  const used = forecast(plan, options).map(
    (row): FocusRow => ({
      ...nothing,
      ...chargeOf(row),
      ...skuOf(row),
      ...placeOf(plan, row, options),
      ...originOf(plan, row, options, runId),
      ...commitmentOf(plan, row),
    }),
  );
  const bought = purchaseRows(plan, options.months).map(
    ({ row, charge }): FocusRow => ({
      ...nothing,
      ...chargeOf(row),
      ...skuOf(row),
      ...placeOf(plan, row, options),
      ...originOf(plan, row, options, runId),
      ...charge,
    }),
  );
  return [...used, ...bought];
}

export const focusCsv = (plan: FleetPlan, options: FocusOptions): string =>
  csvText(
    focusColumns,
    focusRows(plan, options).map((row) => focusColumns.map((column) => row[column])),
  );

export type Part = Partial<FocusRow>;

/** Corrections, capacity reservations and invoices: a forecast has none of them. */
const nothing = Object.fromEntries(focusColumns.map((column) => [column, null])) as FocusRow;

const currency = "USD";

function chargeOf({ month, pool, costUsd, listCostUsd, listUsdPerNodeHour, nodeHours, slotHours }: ForecastRow): Part {
  return {
    BilledCost: costUsd,
    ContractedCost: costUsd,
    EffectiveCost: costUsd,
    ListCost: listCostUsd,
    ContractedUnitPrice: pool.usdPerNodeHour,
    ListUnitPrice: listUsdPerNodeHour,
    BillingCurrency: currency,
    PricingCurrency: currency,
    PricingCurrencyContractedUnitPrice: pool.usdPerNodeHour,
    PricingCurrencyEffectiveCost: costUsd,
    PricingCurrencyListUnitPrice: listUsdPerNodeHour,
    PricingQuantity: nodeHours,
    PricingUnit: "Hours",
    ConsumedQuantity: slotHours * unitsPerSlot(pool),
    ConsumedUnit: pool.cpu === undefined ? "GPU-Hours" : "vCPU-Hours",
    // A spot price is the cloud's to change at any time; others stand until a price list or a contract changes.
    PricingCategory: pool.market === "spot" ? "Dynamic" : pool.market === "reserved" ? "Committed" : "Standard",
    ChargeCategory: "Usage",
    ChargeFrequency: "Usage-Based",
    BillingPeriodStart: month.start,
    BillingPeriodEnd: month.end,
    ChargePeriodStart: month.start,
    ChargePeriodEnd: month.end,
  };
}

function skuOf({ pool, workload }: ForecastRow): Part {
  const sku = `${pool.cloud}/${pool.region}/${pool.instanceType}`;
  const forWhom = workload === null ? "held by no workload" : `share of ${workload.name}`;
  return {
    SkuId: sku,
    SkuPriceId: `${sku}/${pool.market}`,
    SkuMeter: `${pool.market} node hours`,
    SkuPriceDetails: canonicalJson({ ...contentsOf(pool), InstanceType: pool.instanceType }),
    ChargeDescription: `forecast: ${pool.nodes} x ${pool.instanceType} (${contentsText(pool)}) ${pool.market} ${pool.region}, pool ${pool.name}, ${forWhom}, 730 hours a month`,
  };
}

function placeOf(plan: FleetPlan, { pool }: ForecastRow, options: FocusOptions): Part {
  const provider = providers[pool.cloud];
  const account = options.account(pool.cloud);
  const [zone] = pool.zones;
  return {
    ...{ HostProviderName: provider.name, InvoiceIssuerName: provider.name, ServiceProviderName: provider.name },
    ServiceName: provider.service,
    ServiceCategory: "Compute",
    ServiceSubcategory: "Virtual Machines",
    BillingAccountId: account.billingAccountId,
    BillingAccountName: account.billingAccountName,
    SubAccountId: account.subAccountId,
    SubAccountName: account.subAccountName,
    SubAccountType: account.subAccountId === null ? null : provider.subAccountType,
    RegionId: pool.region,
    // No display names of regions are known here, and FOCUS wants one wherever there is an id.
    RegionName: pool.region,
    AvailabilityZone: pool.zones.length === 1 && zone !== undefined ? zone : null,
    ResourceId: `${plan.fleet}/${pool.name}`,
    ResourceName: pool.name,
    ResourceType: "Node pool",
    Tags: canonicalJson(plan.tags),
  };
}

/** Who of those on the node pays, and what the figures come from. */
function originOf(plan: FleetPlan, { pool, workload, slots, share }: ForecastRow, options: FocusOptions, runId: string): Part {
  const elements = [
    { AllocatedRatio: share, UsageUnit: pool.cpu === undefined ? "GPUs" : "vCPUs", UsageQuantity: slots * unitsPerSlot(pool) },
  ];
  return {
    AllocatedMethodId: pool.cpu === undefined ? "gpus-held" : "vcpus-held",
    AllocatedMethodDetails: canonicalJson({ Elements: elements }),
    AllocatedResourceId: workload?.name ?? null,
    AllocatedResourceName: workload?.name ?? null,
    AllocatedTags: workload === null ? null : canonicalJson(workload.tags),
    x_CatalogVersion: `${plan.inputs.catalogAsOf} ${plan.inputs.catalogSha256.slice(0, 12)}`,
    x_CostCenter: workload?.costCenter ?? null,
    x_ForecastRunId: runId,
    x_ForecastScenario: options.scenario,
    x_PoolName: pool.name,
    x_PriceAsOf: pool.price.asOf,
    x_PriceEstimated: String(pool.price.estimated),
    x_Probability: options.probability,
    x_StackName: options.stackName,
    x_WorkloadName: workload?.name ?? null,
  };
}

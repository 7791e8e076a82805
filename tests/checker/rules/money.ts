import type { Money } from "../../../planner/plan/fleet-plan.ts";
import { failing, idlePaid, isNear, micro, type Rule, sixDecimals, sum } from "../subject.ts";

const hoursPerMonth = 730;
/** The row's own rounding by largest remainder, and its part of the headline's. */
const largestRemainderUsd = 0.015 + 1e-9;

const cents = (usd: number): number => Math.round(usd * 100);
const isMicroUsd = (usd: number): boolean => micro(usd) / 1e6 === usd;
const isCents = (usd: number): boolean => cents(usd) / 100 === usd;

/** Nodes x price, summed to the micro-dollar an hour and the cent a month, in every breakdown. */
export const moneyAddsUp: Rule = (subject) => [
  ...total(subject),
  ...coverage(subject),
  ...pools(subject),
  ...breakdowns(subject),
  ...bound(subject),
];

const total: Rule = ({ plan }) => {
  const idle = idlePaid({ plan }).map((kind) => micro(kind.usdPerNodeHour) * kind.idleNodes);
  const nodes = sum([...plan.pools.map((pool) => micro(pool.usdPerNodeHour) * pool.nodes), ...idle]);
  const complaints: string[] = [];
  if (micro(plan.cost.usdPerHour) !== nodes) complaints.push(`the nodes cost ${nodes / 1e6} an hour, not ${plan.cost.usdPerHour}`);
  if (cents(plan.cost.usdPerMonth) !== Math.round((nodes * hoursPerMonth) / 1e4)) complaints.push("a month is not 730 hours");
  return complaints;
};

/** The headline names the kinds of nodes that are in it, idle ones that are paid for too, and none that is in it among what is not. */
const coverage: Rule = ({ plan }) => {
  const { included, excluded } = plan.cost;
  const nodes = [...plan.pools, ...idlePaid({ plan })];
  const hasHosts = nodes.some(({ gpu }) => gpu === null);
  const hasGpus = nodes.some(({ gpu }) => gpu !== null) || !hasHosts;
  return failing([
    [included.includes("GPU nodes") === hasGpus, "the headline names GPU nodes where there are none, or leaves them out"],
    [
      included.includes("CPU-only nodes of the workloads") === hasHosts,
      "the headline names CPU-only nodes where there are none, or leaves them out",
    ],
    [excluded.includes("CPU-only nodes") === !hasHosts, "CPU-only nodes are said to be left out where some are in it, or to be in it"],
  ]);
};

const pools: Rule = ({ plan }) =>
  plan.pools.flatMap((pool) => {
    const own = plan.cost.byPool[pool.name];
    const complaints: string[] = [];
    if (micro(pool.usdPerHour) !== micro(pool.usdPerNodeHour) * pool.nodes) complaints.push("it does not cost its nodes");
    if (own?.usdPerHour !== pool.usdPerHour || own.usdPerMonth !== pool.usdPerMonth) complaints.push("it costs something else in byPool");
    return complaints.map((text) => `pool ${pool.name}: ${text}`);
  });

const breakdowns: Rule = ({ plan }) => {
  const { cost, workloads } = plan;
  const idle = idlePaid({ plan });
  const idleRow = idle.length === 0 ? [] : ["(idle, paid for)"];
  const tables: Readonly<Record<string, readonly [Readonly<Record<string, Money>>, readonly string[]]>> = {
    byWorkload: [cost.byWorkload, [...workloads.map(({ name }) => name), ...idleRow]],
    byPool: [cost.byPool, [...plan.pools, ...idle].map(({ name }) => name)],
    byMarket: [cost.byMarket, [...plan.pools, ...idle].map(({ market }) => market)],
    byCloud: [cost.byCloud, [...plan.pools, ...idle].map(({ cloud }) => cloud)],
    byCostCenter: [cost.byCostCenter, [...workloads.map(({ costCenter }) => costCenter ?? "none"), ...idleRow.map(() => "none")]],
  };
  return Object.entries(tables).flatMap(([table, [rows, keys]]) => {
    const complaints: string[] = [];
    const values = Object.values(rows);
    if (Object.keys(rows).join() !== [...new Set(keys)].toSorted().join()) complaints.push("other rows than the plan has");
    if (values.some(({ usdPerHour, usdPerMonth }) => !isMicroUsd(usdPerHour) || !isCents(usdPerMonth) || usdPerHour < 0))
      complaints.push("unrounded money");
    if (keys.length > 0 && sum(values.map(({ usdPerHour }) => micro(usdPerHour))) !== micro(cost.usdPerHour))
      complaints.push("hours do not add up");
    if (keys.length > 0 && sum(values.map(({ usdPerMonth }) => cents(usdPerMonth))) !== cents(cost.usdPerMonth))
      complaints.push("cents do not add up");
    if (values.some(({ usdPerHour, usdPerMonth }) => !isNear(usdPerMonth, usdPerHour * hoursPerMonth, largestRemainderUsd)))
      complaints.push("a row is off by more than a cent");
    return complaints.map((text) => `${table}: ${text}`);
  });
};

const bound: Rule = ({ plan }) => {
  const { lowerBoundUsdPerHour, gap, status } = plan.optimality;
  const { usdPerHour } = plan.cost;
  const complaints: string[] = [];
  if (lowerBoundUsdPerHour < 0 || lowerBoundUsdPerHour > usdPerHour)
    complaints.push(`the bound ${lowerBoundUsdPerHour} is above the cost ${usdPerHour}`);
  const expected = usdPerHour === 0 ? 0 : (usdPerHour - lowerBoundUsdPerHour) / usdPerHour;
  if (!isNear(gap, expected, sixDecimals)) complaints.push(`the gap is ${expected}, not ${gap}`);
  if ((status === "optimal") !== (micro(lowerBoundUsdPerHour) === micro(usdPerHour)))
    complaints.push(`the status ${status} contradicts the bound`);
  return complaints;
};

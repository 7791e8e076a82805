import type { Money } from "../../../planner/plan/fleet-plan.ts";
import {
  allPlaced,
  failing,
  idlePaid,
  isNear,
  micro,
  nodeSlots,
  type Placed,
  type Rule,
  replicaSlots,
  type Subject,
  sum,
} from "../subject.ts";

/** Each workload pays the part of a pool that its GPUs, or slots of vCPUs, are of the used ones; each market, cloud and cost centre what belongs to it. */
export const costsAreSharedOut: Rule = (subject) => [...idle(subject), ...workloads(subject), ...groups(subject)];

const slots = (placed: readonly Placed[]): number =>
  sum(placed.map(({ deployment, pool }) => deployment.replicas * replicaSlots(deployment, pool)));

/** One micro-dollar of rounding in each pool. */
const rounding = ({ plan }: Subject): number => (plan.pools.length + 1) / 1e6;

const idle: Rule = (subject) => {
  const { pools, cost } = subject.plan;
  const placed = allPlaced(subject);
  const usdPerHour = sum([
    ...pools.map((pool) => {
      const all = pool.nodes * nodeSlots(pool);
      return (pool.usdPerHour * (all - slots(placed.filter((one) => one.pool === pool)))) / all;
    }),
    ...idlePaid(subject).map((kind) => kind.usdPerHour),
  ]);
  return failing([
    [isNear(cost.idleUsdPerHour, usdPerHour, rounding(subject)), `idle GPUs cost ${usdPerHour}, not ${cost.idleUsdPerHour}`],
    [cost.idleUsdPerHour >= 0 && cost.idleUsdPerHour <= cost.usdPerHour, "idle GPUs cost more than the fleet"],
  ]);
};

const workloads: Rule = (subject) => {
  const placed = allPlaced(subject);
  return subject.plan.workloads.flatMap(({ name, cost }) => {
    const part = sum(
      subject.plan.pools.map((pool) => {
        const here = placed.filter((one) => one.pool === pool);
        const own = here.filter(({ planned }) => planned.name === name);
        return own.length === 0 ? 0 : (pool.usdPerHour * slots(own)) / slots(here);
      }),
    );
    const row = subject.plan.cost.byWorkload[name];
    return failing([
      [isNear(cost.usdPerHour, part, rounding(subject)), `workload ${name}: its GPUs cost ${part}, not ${cost.usdPerHour}`],
      [row?.usdPerHour === cost.usdPerHour && row.usdPerMonth === cost.usdPerMonth, `workload ${name} costs something else in byWorkload`],
    ]);
  });
};

const groups: Rule = ({ plan }) => {
  const rate = (items: readonly { readonly usdPerHour: number }[]): number => sum(items.map(({ usdPerHour }) => micro(usdPerHour)));
  const idle = idlePaid({ plan });
  const of = (center: string) => [
    ...plan.workloads.filter(({ costCenter }) => (costCenter ?? "none") === center).map(({ cost }) => cost),
    ...(center === "none" ? idle : []),
  ];
  const check = (rows: Readonly<Record<string, Money>>, itemsOf: (key: string) => readonly { readonly usdPerHour: number }[]): string[] =>
    Object.entries(rows).flatMap(([key, row]) => failing([[micro(row.usdPerHour) === rate(itemsOf(key)), `${key} costs another sum`]]));
  return [
    ...check(plan.cost.byMarket, (key) => [...plan.pools, ...idle].filter(({ market }) => market === key)),
    ...check(plan.cost.byCloud, (key) => [...plan.pools, ...idle].filter(({ cloud }) => cloud === key)),
    ...check(plan.cost.byCostCenter, of),
  ];
};

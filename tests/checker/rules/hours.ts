import {
  failing,
  idlePaid,
  isNear,
  micro,
  nodeSlots,
  type Placed,
  placedIn,
  type Rule,
  replicaSlots,
  type Served,
  type Subject,
  servedWorkloads,
  sum,
} from "../subject.ts";
import { capacityLost, capacityOf } from "./survival.ts";

const microRequest = 1e-6;
const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** When the spec says how a day goes, every hour of it is served under the same rules, on nodes that are there then, at what these cost. */
export const hoursAreServed: Rule = (subject) => {
  const { workloads } = subject.spec;
  const hasHours = workloads.some(({ demand }) => demand.hourlyRequestsPerSecond !== null || demand.batch !== undefined);
  return [
    ...(hasHours ? [...servedWorkloads(subject).flatMap((served) => workloadsHours(subject, served)), ...nodes(subject)] : []),
    ...money(subject, hasHours),
  ];
};

const byHour = ({ deployment }: Placed, hour: number): number => deployment.replicasByHour?.[hour] ?? Number.NaN;

function workloadsHours(subject: Subject, served: Served): string[] {
  const { asked } = served;
  const placed = placedIn(subject, served);
  const { hourlyRequestsPerSecond: rates, batch, requestsPerSecond } = asked.demand;
  const complaints = placed.flatMap((one) => {
    const { name, replicas, minReplicas, replicasByHour = [], leadSeconds, startupSeconds } = one.deployment;
    return failing([
      [
        replicasByHour.length === 24 && replicasByHour.every((count) => Number.isInteger(count) && count >= 0 && count <= replicas),
        `${name}: no day of replicas`,
      ],
      [minReplicas === Math.min(...replicasByHour), `${name}: minReplicas is not the quietest hour's`],
      [
        leadSeconds === subject.catalog.spotModel.provisioning.seconds + startupSeconds,
        `${name}: it is not called by the time that a node and its start take`,
      ],
    ]);
  });
  if (batch !== undefined) return [...complaints, ...windowHolds(asked.name, placed, batch.finishWithinHours)];
  return [...complaints, ...hours.flatMap((hour) => hourHolds(served, placed, hour, rates?.[hour] ?? requestsPerSecond))];
}

function hourHolds({ asked }: Served, placed: readonly Placed[], hour: number, rate: number): string[] {
  const there = placed.flatMap((one): Placed[] =>
    byHour(one, hour) > 0 ? [{ ...one, deployment: { ...one.deployment, replicas: byHour(one, hour) } }] : [],
  );
  const count = sum(there.map(({ deployment }) => deployment.replicas));
  const capacity = capacityOf(there);
  const spot = sum(there.filter(({ pool }) => pool.market === "spot").map(({ deployment }) => deployment.replicas));
  const { survive, degradedShare } = asked.availability;
  const lost = survive === "none" || there.length === 0 ? 0 : capacityLost(survive, there);
  const at = `workload ${asked.name} at ${hour}:00`;
  if (rate === 0) return count === 0 ? [] : [`${at}: ${count} replicas without a request`];
  return failing([
    [capacity >= rate - microRequest, `${at}: the capacity is below ${rate}`],
    [capacity - lost >= degradedShare * rate - microRequest, `${at}: too little is left after the loss of a ${survive}`],
    [spot <= Math.floor(asked.spot.maxShare * count + 1e-6), `${at}: too much is on spot`],
  ]);
}

/** One run of whole hours, over midnight perhaps, with every replica, and nothing outside it. */
function windowHolds(name: string, placed: readonly Placed[], finishWithinHours: number): string[] {
  if (placed.length === 0) return [];
  const working = hours.filter((hour) => placed.every((one) => byHour(one, hour) === one.deployment.replicas));
  const idle = hours.filter((hour) => placed.every((one) => byHour(one, hour) === 0));
  const starts = working.filter((hour) => !working.includes((hour + 23) % 24));
  return failing([
    [working.length === Math.ceil(finishWithinHours), `workload ${name}: its window of ${finishWithinHours} hours has ${working.length}`],
    [working.length + idle.length === 24, `workload ${name}: some of its replicas work outside its window`],
    [starts.length <= 1, `workload ${name}: its window is in pieces`],
  ]);
}

function nodes(subject: Subject): string[] {
  const all = servedWorkloads(subject).flatMap((served) => placedIn(subject, served));
  return subject.plan.pools.flatMap((pool) => {
    const { nodesByHour = [], name, market } = pool;
    const own = all.filter((one) => one.pool === pool);
    const isPaidFor = market === "reserved" || market === "static";
    return failing([
      [
        nodesByHour.length === 24 && nodesByHour.every((count) => Number.isInteger(count) && count >= 0 && count <= pool.nodes),
        `pool ${name}: no day of nodes`,
      ],
      [pool.minNodes === Math.min(...nodesByHour) && pool.maxNodes === pool.nodes, `pool ${name}: its base is not the quietest hour's`],
      [!isPaidFor || nodesByHour.every((count) => count === pool.nodes), `pool ${name} is paid around the clock and does not stay`],
      [
        hours.every(
          (hour) =>
            sum(own.map((one) => byHour(one, hour) * replicaSlots(one.deployment, pool))) <= (nodesByHour[hour] ?? 0) * nodeSlots(pool),
        ),
        `pool ${name}: an hour has more replicas than its nodes hold`,
      ],
    ]);
  });
}

function money({ plan }: Subject, hasHours: boolean): string[] {
  const { usdPerHourByHour, scaled } = plan.cost;
  if (!hasHours) return usdPerHourByHour === undefined && scaled === undefined ? [] : ["costs by the hour without hours that differ"];
  if (usdPerHourByHour === undefined || scaled === undefined) return plan.pools.length === 0 ? [] : ["no costs by the hour"];
  const idle = idlePaid({ plan }).map((kind) => micro(kind.usdPerHour));
  const rates = hours.map((hour) =>
    sum([...plan.pools.map((pool) => micro(pool.usdPerNodeHour) * (pool.nodesByHour?.[hour] ?? 0)), ...idle]),
  );
  return failing([
    [rates.every((rate, hour) => rate === micro(usdPerHourByHour[hour] ?? -1)), "an hour does not cost its nodes"],
    [isNear(scaled.usdPerHour, sum(rates) / 24e6, 1e-6), "the mean of the hours is another"],
    [isNear(scaled.usdPerMonth, scaled.usdPerHour * 730, 0.01), "the month of the hours is not 730 of them"],
  ]);
}

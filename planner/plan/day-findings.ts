import { startupSeconds } from "../candidates/startup-time.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { count, grouped, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { type Day, idleSlots, withReplicas } from "./hours.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import { hoursPerDay, replicasAt } from "./replicas-by-hour.ts";

/** What the hours of the day offer beyond following them: scaling to zero, and work that may wait on nodes that others leave idle. */
export function dayFindings(assembly: Assembly, day: Day): Finding[] {
  return assembly.spec.workloads.flatMap((workload, index) => [
    ...scaleToZero(assembly, day, workload, index),
    ...offPeak(assembly, workload, index),
  ]);
}

/** A rate that asks for the fewest replicas there can be, but for some. */
const barelyAny = 1e-6;

/**
 * Between two requests of a Poisson stream lie 1 / rate seconds in the mean: below 1 / start-up requests per second a replica that leaves is
 * gone for longer than it takes to come back, and its node is paid for less than half of the time.
 */
function scaleToZero(assembly: Assembly, day: Day, workload: WorkloadSpec, index: number): Finding[] {
  const rates = workload.demand.hourlyRequestsPerSecond;
  const placements = assembly.packing.placements.filter((placement) => placement.workload === index);
  const [first] = placements;
  if (rates === null || first === undefined) return [];
  const seconds = Math.max(
    ...placements.map(({ option }) => startupSeconds(assembly.catalog.serving, at(at(assembly.candidates, index), option).replica)),
  );
  const breakEven = 1 / seconds;
  const empty = rates.flatMap((rate, hour) => (rate === 0 ? [hour] : []));
  const sparse = rates.flatMap((rate, hour) => (rate > 0 && rate < breakEven ? [hour] : []));
  if (empty.length + sparse.length === 0) return [];
  const kept = withReplicas(assembly, day, index, empty, replicasAt(assembly, placements, barelyAny));
  const saved = centsPerMonth((dayRate(kept) - dayRate(day)) / hoursPerDay) / 100;
  const sentences = [
    ...(empty.length > 0
      ? [`no request comes in ${count(empty.length, "hour")} of the day: with no replica then, ${usd(saved)} a month less by the hour`]
      : []),
    ...(sparse.length > 0
      ? [
          `${count(sparse.length, "hour")} of the day ${sparse.length === 1 ? "has" : "have"} fewer than ${grouped(3600 * breakEven, 1)} requests, below which a replica is gone for longer than it takes to start`,
        ]
      : []),
  ];
  return [
    {
      code: "scale-to-zero",
      path: `${workload.path}.traffic.hourlyRequestsPerSecond`,
      message: `${sentences.join("; ")}; the first request after that waits ${grouped(seconds)} s for a replica`,
      value: saved,
      unit: "USD a month",
    },
  ];
}

const dayRate = ({ usdPerHour }: Day): number => usdPerHour.reduce((sum, rate) => sum + rate, 0);

/** Whether the GPUs that others leave idle on nodes that stay anyway would do a day's work in its window. */
function offPeak(assembly: Assembly, workload: WorkloadSpec, index: number): Finding[] {
  const { batch } = workload.demand;
  if (batch === undefined || batch.requestsPerDay === 0) return [];
  const idle = idleSlots(assembly, index);
  const hours = Math.ceil(batch.finishWithinHours);
  for (const [option, candidate] of at(assembly.candidates, index).entries()) {
    const pools = idle.filter(({ pool }) => candidate.offers.includes(pool.offer));
    const requestsIn = (hour: number): number =>
      pools.reduce(
        (sum, { slots }) =>
          sum + Math.floor(at(slots, hour % hoursPerDay) / candidate.slotsPerReplica) * candidate.capacityRequestsPerSecond * 3600,
        0,
      );
    for (let start = 0; start < hoursPerDay; start++) {
      const done = Array.from({ length: hours }, (_, hour) => requestsIn(start + hour)).reduce((sum, requests) => sum + requests, 0);
      if (done * (batch.finishWithinHours / hours) < batch.requestsPerDay) continue;
      const names = pools.map(({ pool }) => nameOfPool(at(assembly.offers, pool.offer), pool.zone));
      const { gpu, vcpus } = at(at(assembly.candidates, index), option).replica.layout;
      return [fitsOffPeak(workload, names, start, hours, `${gpu} ${vcpus === undefined ? "GPUs" : "vCPUs"}`)];
    }
  }
  return [];
}

const clock = (hour: number): string => `${String(hour % hoursPerDay).padStart(2, "0")}:00`;

const fitsOffPeak = ({ path }: WorkloadSpec, pools: readonly string[], start: number, hours: number, devices: string): Finding => ({
  code: "batch-fits-off-peak",
  path: `${path}.batch`,
  message: `the ${devices} that other workloads leave idle on ${listed(pools)} from ${clock(start)} to ${clock(start + hours)} UTC would do the day's work: around the clock they are paid for already, and its own nodes would not be needed`,
  suggestion: "start its replicas there by a schedule, and take the workload out of the spec",
});

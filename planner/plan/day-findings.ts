import { startupSeconds } from "../candidates/startup-time.ts";
import { centsPerMonth } from "../cost/money.ts";
import { at } from "../element.ts";
import { count, grouped, listed, usd } from "../figures.ts";
import type { Finding } from "../finding.ts";
import { pack } from "../packing/pack.ts";
import type { WorkloadSpec } from "../spec/fleet-spec.ts";
import { type Day, idleSlots, specWithout, withoutWorkload, withReplicas } from "./hours.ts";
import { packingProblem } from "./packing-problem.ts";
import { type Assembly, nameOfPool } from "./planned-pools.ts";
import { hoursPerDay, replicasAt } from "./replicas-by-hour.ts";

/** What the hours of the day offer beyond following them: scaling to zero, and work that may wait on nodes that others leave idle. */
export function dayFindings(assembly: Assembly, day: Day, isFresh: boolean): Finding[] {
  const { workloads } = assembly.spec;
  const waiting = workloads.flatMap(({ demand: { batch } }, index) => (batch !== undefined && batch.requestsPerDay > 0 ? [index] : []));
  // A fleet that stays where it was is no measure of what one from nothing would cost less.
  const searched = isFresh && workloads.length <= largestFleet ? waiting.slice(0, fleetsSearched) : [];
  return workloads.flatMap((workload, index) => [
    ...scaleToZero(assembly, day, workload, index),
    ...offPeak(assembly, workload, index, searched.includes(index)),
  ]);
}

/** Workloads that may wait without which the fleet is searched for anew, each a search; in larger fleets none. */
const fleetsSearched = 5;
const largestFleet = 40;

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

/**
 * Whether what others leave idle on nodes that stay anyway would do a day's work in its window, in the fleet that there would be without the work, and what that
 * fleet costs less; where it is not searched for, in this one without its replicas. Nothing where the work costs nothing as it is.
 */
function offPeak(assembly: Assembly, workload: WorkloadSpec, index: number, isSearched: boolean): Finding[] {
  const { batch } = workload.demand;
  if (batch === undefined || batch.requestsPerDay === 0) return [];
  const others = isSearched ? packedWithout(assembly, index) : null;
  const saved = others === null ? null : centsPerMonth(assembly.packing.usdPerHour - others.packing.usdPerHour) / 100;
  if (saved !== null && saved <= 0) return [];
  const idle = idleSlots(others ?? withoutWorkload(assembly, index));
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
      return [fitsOffPeak(workload, names, { start, hours, devices: `${gpu} ${vcpus === undefined ? "GPUs" : "vCPUs"}`, saved })];
    }
  }
  return [];
}

const clock = (hour: number): string => `${String(hour % hoursPerDay).padStart(2, "0")}:00`;

function packedWithout(assembly: Assembly, index: number): Assembly | null {
  const spec = specWithout(assembly.spec, index);
  const result = pack(packingProblem(spec, assembly.offers, assembly.candidates));
  return "packing" in result ? { ...assembly, spec, packing: result.packing } : null;
}

interface OffPeak {
  readonly start: number;
  readonly hours: number;
  readonly devices: string;
  /** US dollars a month; null where no fleet without the work was searched for. */
  readonly saved: number | null;
}

const fitsOffPeak = ({ path }: WorkloadSpec, pools: readonly string[], { start, hours, devices, saved }: OffPeak): Finding => ({
  code: "batch-fits-off-peak",
  path: `${path}.batch`,
  message: `the ${devices} that other workloads leave idle on ${listed(pools)} from ${clock(start)} to ${clock(start + hours)} UTC would do the day's work: around the clock they are paid for already, and without nodes for it the fleet would cost ${saved === null ? "less" : `${usd(saved)} a month less`}`,
  ...(saved === null ? {} : { value: saved, unit: "USD a month" }),
  suggestion: "start its replicas there by a schedule, and take the workload out of the spec",
});

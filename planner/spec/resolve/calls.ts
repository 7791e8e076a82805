import { suggest } from "../../../catalog/lookup.ts";
import { listed } from "../../figures.ts";
import type { Demand, WorkloadSpec } from "../fleet-spec.ts";
import { didYouMean } from "../parse-fields.ts";
import type { RawWorkload } from "../schema/workload.ts";
import { show } from "../show.ts";
import type { WorkloadPlace } from "./place.ts";

/** A workload as it was resolved by itself, and where it was written. */
export interface Resolved {
  readonly place: WorkloadPlace;
  /** null when something it needs was refused. */
  readonly workload: WorkloadSpec | null;
}

/** Who calls it; one caller may be written without a list. */
export const callsOf = ({ callsFrom }: Pick<RawWorkload, "callsFrom">): NonNullable<Demand["callsFrom"]> =>
  callsFrom === undefined ? [] : [callsFrom].flat();

type Rate = Pick<Demand, "requestsPerSecond" | "hourlyRequestsPerSecond">;

/**
 * Fills in the demand of the workloads that others call: the sum over the callers of their rate times the calls for each of their
 * requests, hour by hour where every caller has a profile. A caller may be called itself; a circle of calls has no demand and is an error.
 */
export function withCalls(resolved: readonly Resolved[]): (WorkloadSpec | null)[] {
  const known = new Map<string, Resolved>();
  for (const one of resolved) if (one.place.raw.name !== undefined && !known.has(one.place.raw.name)) known.set(one.place.raw.name, one);
  for (const one of resolved) refuseUnknownCallers(one, [...known.keys()]);
  refuseCircles(resolved, known);
  const rates = new Map<Resolved, Rate | null>();
  const rateOf = (one: Resolved): Rate | null => {
    const done = rates.get(one);
    if (done !== undefined) return done;
    // What a circle closes on has no rate; the circle is told.
    rates.set(one, null);
    const rate = one.workload === null ? null : rateOfCalls(one.workload, (name) => known.get(name), rateOf);
    rates.set(one, rate);
    return rate;
  };
  return resolved.map((one) => {
    const rate = rateOf(one);
    const { workload } = one;
    if (workload === null || rate === null) return null;
    if (workload.demand.callsFrom === undefined) return workload;
    noteRate(one.place, workload.demand.callsFrom, rate);
    return { ...workload, demand: { ...workload.demand, ...rate } };
  });
}

function rateOfCalls(
  { demand }: WorkloadSpec,
  find: (name: string) => Resolved | undefined,
  rateOf: (caller: Resolved) => Rate | null,
): Rate | null {
  if (demand.callsFrom === undefined) return demand;
  const calls: (Rate & { readonly perRequest: number })[] = [];
  for (const { workload, perRequest } of demand.callsFrom) {
    const caller = find(workload);
    const rate = caller === undefined ? null : rateOf(caller);
    if (rate === null) return null;
    calls.push({ ...rate, perRequest });
  }
  const sum = (rate: (call: Rate) => number): number => calls.reduce((total, call) => total + rate(call) * call.perRequest, 0);
  const hasProfile = calls.some(({ hourlyRequestsPerSecond }) => hourlyRequestsPerSecond !== null);
  if (!hasProfile) return { requestsPerSecond: sum((call) => call.requestsPerSecond), hourlyRequestsPerSecond: null };
  // A caller without a profile is taken to call at its busiest hour's rate all day.
  const hours = Array.from({ length: 24 }, (_, hour) => sum((call) => call.hourlyRequestsPerSecond?.[hour] ?? call.requestsPerSecond));
  return { requestsPerSecond: Math.max(...hours), hourlyRequestsPerSecond: hours };
}

function refuseUnknownCallers({ place: { raw, at, notes } }: Resolved, names: readonly string[]): void {
  for (const [index, { workload }] of callsOf(raw).entries()) {
    if (names.includes(workload)) continue;
    const near = suggest(workload, names);
    notes.error({
      code: "unknown-workload",
      path: Array.isArray(raw.callsFrom) ? at("callsFrom", index, "workload") : at("callsFrom", "workload"),
      message: `unknown workload ${show(workload)}`,
      value: workload,
      ...(near === undefined ? { suggestion: `the fleet has ${listed(names)}` } : didYouMean(near)),
    });
  }
}

/** Each circle once, at the first of its workloads. */
function refuseCircles(resolved: readonly Resolved[], known: ReadonlyMap<string, Resolved>): void {
  const told = new Set<string>();
  for (const one of resolved) {
    const circle = circleThrough(one, known);
    if (circle === null || circle.some((name) => told.has(name))) continue;
    for (const name of circle) told.add(name);
    one.place.notes.error({
      code: "circular-calls",
      path: one.place.at("callsFrom"),
      message: `its demand comes from itself: ${[...circle, circle[0]].join(" is called by ")}`,
      value: circle.join(", "),
      suggestion: "give one of them its own qps",
    });
  }
}

/** The callers from a workload back to itself; null when there is no way. */
function circleThrough(start: Resolved, known: ReadonlyMap<string, Resolved>): string[] | null {
  const seen = new Set<Resolved>();
  const back = (one: Resolved): string[] | null => {
    const { name = "" } = one.place.raw;
    for (const { workload } of callsOf(one.place.raw)) {
      const caller = known.get(workload);
      if (caller === start) return [name];
      if (caller === undefined || seen.has(caller)) continue;
      seen.add(caller);
      const rest = back(caller);
      if (rest !== null) return [name, ...rest];
    }
    return null;
  };
  return back(start);
}

function noteRate({ at, notes }: WorkloadPlace, calls: NonNullable<Demand["callsFrom"]>, rate: Rate): void {
  const shown = Math.round(rate.requestsPerSecond * 1000) / 1000;
  notes.assume({
    code: "demand-from-calls",
    path: at("callsFrom"),
    message: `${shown} requests per second at the busiest hour: ${calls.map(({ workload, perRequest }) => `${perRequest} for each request to ${workload}`).join(", ")}`,
    value: shown,
    unit: "requests per second",
  });
}

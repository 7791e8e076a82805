import type { FleetSpec, WorkloadSpec } from "../fleet-spec.ts";
import { parseFields } from "../parse-fields.ts";
import { joinPath } from "../path.ts";
import { fleetShape, type RawFleet } from "../schema/fleet.ts";
import { type RawWorkload, workloadFieldShape, workloadShape } from "../schema/workload.ts";
import { show } from "../show.ts";
import { withCalls } from "./calls.ts";
import { resolveUnavailable } from "./capacity.ts";
import { resolveWhere } from "./clusters.ts";
import { resolveFleetTags } from "./labels.ts";
import { resolveLimits } from "./limits.ts";
import { locate, mergeDefaults, missing, type Resolving, type WorkloadPlace } from "./place.ts";
import { resolveWorkload } from "./workload.ts";

/** Plain data -> FleetSpec, everything that is wrong with it in the notes; null when anything is. */
export function resolveFleet(value: Readonly<Record<string, unknown>>, context: Resolving): FleetSpec | null {
  const { notes } = context;
  const { workloads: writtenWorkloads, defaults: writtenDefaults, ...rest } = value;
  const raw: RawFleet = parseFields(fleetShape, rest, "", "a fleet spec", notes) ?? {};
  if (raw.fleet === undefined && !notes.isBroken("fleet"))
    notes.error(missing("fleet", "the name of the fleet", "add a line such as `fleet: acme-prod`"));
  const where = resolveWhere(raw, context);
  const fleet = {
    ...where,
    ...resolveLimits(raw, where, context),
    ...resolveUnavailable(raw, where, context),
    tags: resolveFleetTags(raw.tags, context),
  };
  const places = readWorkloads(writtenWorkloads, writtenDefaults, context);
  refuseDuplicateNames(places, context);
  const resolved = places.map((place) => ({ place, workload: resolveWorkload(place, where) }));
  const workloads = withCalls(resolved).filter((workload): workload is WorkloadSpec => workload !== null);
  return notes.errors.length > 0 || raw.fleet === undefined ? null : { fleet: raw.fleet, ...fleet, workloads };
}

function readWorkloads(written: unknown, writtenDefaults: unknown, context: Resolving): WorkloadPlace[] {
  const { notes } = context;
  const shared =
    writtenDefaults == null
      ? {}
      : (parseFields(workloadFieldShape, writtenDefaults, "defaults", "a mapping of workload fields", notes) ?? {});
  if (!Array.isArray(written)) {
    if (notes.isBroken("workloads")) return [];
    if (written === undefined) notes.error(missing("workloads", "the list of workloads", "add `workloads:` and at least one workload"));
    else notes.error({ code: "wrong-type", path: "workloads", message: `expected a list of workloads, found ${show(written)}` });
    return [];
  }
  if (written.length === 0) notes.error(missing("workloads", "a workload", "add at least one"));
  return written.flatMap((item, index) => {
    const path = joinPath("workloads", index);
    const own = parseFields(workloadShape, item, path, "a mapping with name, model, precision, qps and averageContext", notes);
    if (own === null) return [];
    const raw = mergeDefaults(withoutDemand(shared, own), own) as RawWorkload;
    return [{ raw, path, at: locate(item, path, writtenDefaults), ...context }];
  });
}

const demandKeys = ["qps", "requestsPerMonth", "requestsPerDay", "peakFactor", "concurrentUsers", "thinkTimeSeconds", "batch", "callsFrom"];

/** A workload that says its demand in one way does not inherit another way from the defaults. */
function withoutDemand(shared: object, own: object): object {
  if (!demandKeys.some((key) => Object.hasOwn(own, key))) return shared;
  return Object.fromEntries(Object.entries(shared).filter(([key]) => !demandKeys.includes(key)));
}

function refuseDuplicateNames(places: readonly WorkloadPlace[], { notes }: Resolving): void {
  const first = new Map<string, string>();
  for (const { raw, path } of places) {
    if (raw.name === undefined) continue;
    const earlier = first.get(raw.name);
    if (earlier !== undefined)
      notes.error({
        code: "duplicate-name",
        path: `${path}.name`,
        message: `the name ${show(raw.name)} is already used by ${earlier}`,
        value: raw.name,
        suggestion: "give each workload a name of its own",
      });
    else first.set(raw.name, path);
  }
}

import type { Task } from "../../../catalog/schema/model.ts";
import { defaults } from "../defaults.ts";
import type { Slo } from "../fleet-spec.ts";
import { assumeDefault, type WorkloadPlace } from "./place.ts";

const metrics = [
  { name: "ttft", keys: ["ttftMeanMs", "ttftP50Ms", "ttftP95Ms", "ttftP99Ms"], key: "ttftP95Ms", value: defaults.ttftP95Ms },
  { name: "tpot", keys: ["tpotMeanMs", "tpotP50Ms", "tpotP95Ms", "tpotP99Ms"], key: "tpotP95Ms", value: defaults.tpotP95Ms },
] as const;

/** The limits of a workload; work that may wait has only those that are written. `null` says "no limit", and is then no reason for a default. */
export function resolveSlo(task: Task, place: WorkloadPlace): Slo {
  if (task === "generate") return latencyLimits(place);
  const { raw, at, notes } = place;
  const key = task === "transcribe" ? "realTimeFactor" : "latencyP95Ms";
  const written = raw.slo?.[key];
  if (written === null) return {};
  if (written !== undefined) return { [key]: written };
  if (raw.batch !== undefined) return {};
  if (!notes.isBroken(at("slo"))) assumeDefault(notes, at("slo", key), `slo-${task}`, defaults[key], `no ${key} is given`);
  return { [key]: defaults[key] };
}

function latencyLimits({ raw, at, notes }: WorkloadPlace): Slo {
  const written = raw.slo ?? {};
  const limits: { -readonly [Key in keyof Slo]: number } = {};
  for (const key of [...metrics.flatMap((metric) => metric.keys), "e2eP95Ms"] as const) {
    const value = written[key];
    if (value != null) limits[key] = value;
  }
  if (raw.batch !== undefined) {
    if (Object.keys(limits).length === 0)
      notes.assume({
        code: "default-slo-batch",
        path: at("slo"),
        message: "no latency limit: the work only has to be done in time",
        value: null,
      });
    return limits;
  }
  for (const { name, keys, key, value } of metrics) {
    if (written.e2eP95Ms != null || keys.some((each) => written[each] !== undefined) || notes.isBroken(at("slo"))) continue;
    limits[key] = value;
    assumeDefault(notes, at("slo", key), `slo-${name}`, value, `no ${name} limit is given`);
  }
  return limits;
}

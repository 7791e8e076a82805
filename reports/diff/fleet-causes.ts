import type { FleetPlan, SpecLines } from "../../planner/plan/fleet-plan.ts";
import type { Cause } from "./plan-diff.ts";

/** What differs between two plans of one fleet outside its workloads. */
export function fleetCauses(old: FleetPlan, now: FleetPlan, workloadsExplainTheSpec: boolean): Cause[] {
  const written = [...budgetCauses(old, now), ...tagCauses(old, now), ...lineCauses(old.inputs.spec, now.inputs.spec)];
  const specChanged = old.inputs.specSha256 !== now.inputs.specSha256;
  const unseen: Cause[] =
    specChanged && !workloadsExplainTheSpec && written.length === 0
      ? [
          {
            kind: "spec",
            path: "spec",
            old: null,
            new: null,
            note: "it changed in a field that these plans do not carry",
          },
        ]
      : [];
  return [...written, ...unseen, ...inputCauses(old, now)];
}

/** Lists of GPUs, quotas, markets, places: what may be bought. A lock of before they were kept has none, and nothing is said of them. */
function lineCauses(old: SpecLines | undefined, now: SpecLines | undefined): Cause[] {
  if (old === undefined || now === undefined) return [];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted().flatMap((path): Cause[] => {
    const [before, after] = [old[path] ?? null, now[path] ?? null];
    return before === after ? [] : [{ kind: "spec", path, old: before, new: after }];
  });
}

function budgetCauses(old: FleetPlan, now: FleetPlan): Cause[] {
  const causes: Cause[] = [];
  const [before, after] = [old.budget?.usdPerMonth ?? null, now.budget?.usdPerMonth ?? null];
  if (before !== after) causes.push({ kind: "spec", path: "budget.usdPerMonth", old: before, new: after });
  const [mode, newMode] = [old.budget?.mode ?? null, now.budget?.mode ?? null];
  if (mode !== newMode && before !== null && after !== null) causes.push({ kind: "spec", path: "budget.mode", old: mode, new: newMode });
  return causes;
}

const tagCauses = (old: FleetPlan, now: FleetPlan): Cause[] =>
  [...new Set([...Object.keys(old.tags), ...Object.keys(now.tags)])].toSorted().flatMap((key): Cause[] => {
    const [before, after] = [old.tags[key] ?? null, now.tags[key] ?? null];
    return before === after ? [] : [{ kind: "spec", path: `tags.${key}`, old: before, new: after }];
  });

function inputCauses({ inputs: old }: FleetPlan, { inputs: now }: FleetPlan): Cause[] {
  const causes: Cause[] = [];
  if (old.catalogSha256 !== now.catalogSha256) {
    const dates = { old: old.catalogAsOf, new: now.catalogAsOf };
    const note = old.catalogAsOf === now.catalogAsOf ? "its facts or the overrides changed" : "day of its newest fact";
    causes.push({ kind: "catalog", path: "catalog", ...dates, note });
  }
  if (old.measurementsSha256 !== now.measurementsSha256) {
    const short = (hash: string | undefined): string | null => hash?.slice(0, 12) ?? null;
    const change = { old: short(old.measurementsSha256), new: short(now.measurementsSha256) };
    causes.push({ kind: "measurements", path: "measurements", ...change, note: "measured runs correct the predictions" });
  }
  if (old.plannerVersion !== now.plannerVersion) {
    causes.push({ kind: "planner", path: "planner version", old: old.plannerVersion, new: now.plannerVersion });
  }
  return causes;
}

/** Those that can move a prediction or a price although no line of the spec changed. */
export const isInput = ({ kind }: Cause): boolean => kind === "catalog" || kind === "measurements" || kind === "planner";

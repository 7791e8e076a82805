import type { Catalog } from "../catalog/catalog.ts";
import { suggest } from "../catalog/lookup.ts";
import type { Cloud } from "../catalog/schema/instance-type.ts";
import type { Finding } from "../planner/finding.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import { specFor, type WorkloadRequest } from "../planner/spec/build-spec.ts";
import { defaults } from "../planner/spec/defaults.ts";
import type { FleetSpec } from "../planner/spec/fleet-spec.ts";
import type { PlanFlags } from "./commands/plan.ts";
import { Failure } from "./failure.ts";
import { flagOf } from "./request-flags.ts";

/** Flags of `plan` that describe the one workload of a plan without a file, besides --model. */
export const workloadFlags = [
  "precision",
  "qps",
  "averageContext",
  "inputTokens",
  "outputTokens",
  "ttftP95Ms",
  "tpotP95Ms",
  "cloud",
  "region",
  "spotMaxShare",
  "gpu",
] as const satisfies readonly (keyof PlanFlags)[];

/** A spec of one workload from flags; every mistake at once, named by its flag. */
export function specFromFlags(flags: PlanFlags, catalog: Catalog): { spec: FleetSpec; assumptions: readonly Finding[] } {
  const lengthsGiven = flags.averageContext !== undefined || (flags.inputTokens !== undefined && flags.outputTokens !== undefined);
  const missing = [
    ...(flags.qps === undefined ? [missingFlag("--qps", "requests per second at the busiest hour, such as --qps 6")] : []),
    ...(lengthsGiven ? [] : [missingFlag("--average-context", "tokens of a mean request, such as --average-context 2300")]),
  ];
  const places = cloudsOf(flags, catalog);
  const { spec, findings, assumptions } = specFor({ ...requestOf(flags), clouds: places.clouds }, catalog);
  const own = findings.filter(({ path }) => !missing.some((finding) => finding.path === flagOfPath(path)));
  const all = [...missing, ...places.findings, ...own.map((finding) => ({ ...finding, path: flagOfPath(finding.path) }))];
  if (spec === null || all.length > 0) throw new Failure(2, all);
  return { spec, assumptions };
}

const missingFlag = (path: string, suggestion: string): Finding => ({
  code: "missing-flag",
  path,
  message: "is needed with --model",
  suggestion: `give ${suggestion}`,
});

function requestOf(flags: PlanFlags): WorkloadRequest {
  const { ttftP95Ms, tpotP95Ms, precision } = flags;
  const [only] = precision ?? [];
  const slo = { ...(ttftP95Ms === undefined ? {} : { ttftP95Ms }), ...(tpotP95Ms === undefined ? {} : { tpotP95Ms }) };
  return {
    model: flags.model ?? "",
    // Names are checked where those of a file are.
    precision: (precision?.length === 1 ? only : precision) as Precision | readonly Precision[] | undefined,
    qps: flags.qps ?? 1,
    averageContext: flags.averageContext,
    inputTokens: flags.inputTokens,
    outputTokens: flags.outputTokens,
    slo: Object.keys(slo).length === 0 ? undefined : slo,
    spotMaxShare: flags.spotMaxShare,
    gpus: flags.gpu === undefined ? undefined : { allow: flags.gpu },
  };
}

/** `slo.ttftP95Ms` -> `--ttft-p95-ms`, `precision[0]` -> `--precision`: the last name of the path is the flag's, but for a few. */
const flagOfPath = (path: string): string => {
  const names: Readonly<Record<string, string>> = {
    maxShare: "spotMaxShare",
    clouds: "cloud",
    traffic: "averageContext",
    regions: "region",
  };
  const [top = ""] = path.split(/[.[]/);
  if (top === "gpus") return "--gpu";
  const last =
    path
      .replace(/\[\d+\]/g, "")
      .split(".")
      .at(-1) ?? "";
  return last === "" ? "" : flagOf(names[last] ?? last);
};

/** Regions are told apart by the catalog: a name belongs to the cloud that has prices in it. */
function cloudsOf({ cloud, region }: PlanFlags, catalog: Catalog): { clouds: WorkloadRequest["clouds"]; findings: Finding[] } {
  // "What is the cheapest way" is asked of every cloud; a spec, which will be deployed, starts from one.
  if (cloud === undefined && region === undefined) {
    const clouds = { aws: { regions: [defaults.regions.aws] }, gcp: { regions: [defaults.regions.gcp] } };
    return { clouds, findings: [] };
  }
  const regions = new Map<string, string[]>();
  const findings: Finding[] = [];
  const cloudByRegion = new Map<string, Cloud>(catalog.prices.map((price) => [price.region, price.cloud]));
  for (const name of region ?? []) {
    const owner = cloudByRegion.get(name);
    if (owner === undefined || (cloud !== undefined && !cloud.includes(owner))) findings.push(unknownRegion(name, cloud, cloudByRegion));
    else regions.set(owner, [...(regions.get(owner) ?? []), name]);
  }
  for (const name of cloud ?? []) {
    const own = defaults.regions[name as keyof typeof defaults.regions];
    if (own === undefined) {
      const suggestion = `use one of ${Object.keys(defaults.regions).join(", ")}`;
      findings.push({
        code: "unknown-cloud",
        path: "--cloud",
        message: `there is no cloud ${JSON.stringify(name)}`,
        value: name,
        suggestion,
      });
    } else if (!regions.has(name)) regions.set(name, [own]);
  }
  const clouds = Object.fromEntries([...regions].map(([name, own]) => [name, { regions: own }]));
  return { clouds: regions.size === 0 ? undefined : clouds, findings };
}

function unknownRegion(name: string, clouds: readonly string[] | undefined, cloudByRegion: ReadonlyMap<string, Cloud>): Finding {
  const known = [...cloudByRegion].filter(([, cloud]) => clouds?.includes(cloud) ?? true).map(([region]) => region);
  const near = suggest(name, known);
  return {
    code: "unknown-region",
    path: "--region",
    message: `the catalog has no prices in ${JSON.stringify(name)}`,
    value: name,
    suggestion: near === undefined ? `use one of ${[...new Set(known)].toSorted().join(", ")}` : `did you mean ${near}?`,
  };
}

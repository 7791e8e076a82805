import { instanceFamily } from "../../../catalog/instance-family.ts";
import { findGpu, findInstanceType, suggest } from "../../../catalog/lookup.ts";
import { defaults } from "../defaults.ts";
import type { AllowDeny, FleetSpec, QuotaSpec, StabilitySpec } from "../fleet-spec.ts";
import { didYouMean } from "../parse-fields.ts";
import { awsStandardFamilies } from "../quota-families.ts";
import type { RawFleet } from "../schema/fleet.ts";
import { show } from "../show.ts";
import type { Where } from "./clusters.ts";
import { assumeDefault, type Resolving } from "./place.ts";

type Limits = Pick<FleetSpec, "gpus" | "instances" | "quotas" | "budget" | "confidence" | "stability">;

/** What the fleet may use and spend. */
export function resolveLimits(raw: RawFleet, where: Where, context: Resolving): Limits {
  const { catalog, notes } = context;
  const gpuNames = catalog.gpus.flatMap((gpu) => [gpu.id, ...gpu.aliases]);
  const families = [...new Set(catalog.instanceTypes.map(({ id }) => instanceFamily(id)))];
  const instanceNames = [...catalog.instanceTypes.map(({ id }) => id), ...families];
  if (raw.confidence === undefined && !notes.isBroken("confidence")) {
    assumeDefault(
      notes,
      "confidence",
      "confidence",
      defaults.confidence,
      "chance that an SLO holds, given the error bar of the predictions",
    );
  }
  return {
    gpus: resolveAllowDeny("gpus", raw.gpus, (name) => [findGpu(catalog, name)?.id ?? []].flat(), gpuNames, context),
    instances: resolveAllowDeny("instances", raw.instances, (name) => instancesNamed(name, context), instanceNames, context),
    quotas: resolveQuotas(raw, where, context),
    budget: raw.budget == null ? null : { usdPerMonth: raw.budget.usdPerMonth, mode: raw.budget.mode ?? defaults.budgetMode },
    confidence: raw.confidence ?? defaults.confidence,
    ...(raw.stability === undefined ? {} : { stability: resolveStability(raw.stability) }),
  };
}

function resolveStability({ paybackDays, usdPerNodeAdded, usdPerReplicaStarted }: NonNullable<RawFleet["stability"]>): StabilitySpec {
  return {
    paybackDays: paybackDays ?? defaults.paybackDays,
    ...(usdPerNodeAdded === undefined ? {} : { usdPerNodeAdded }),
    ...(usdPerReplicaStarted === undefined ? {} : { usdPerReplicaStarted }),
  };
}

/** An id, or every instance of a family. */
export function instancesNamed(name: string, { catalog }: Resolving): string[] {
  const instance = findInstanceType(catalog, name);
  if (instance !== undefined) return [instance.id];
  return catalog.instanceTypes.map(({ id }) => id).filter((id) => instanceFamily(id) === name);
}

function resolveAllowDeny(
  field: "gpus" | "instances",
  raw: RawFleet["gpus"],
  idsOf: (name: string) => readonly string[],
  known: readonly string[],
  { notes }: Resolving,
): AllowDeny {
  const what = field === "gpus" ? "GPU" : "instance type or family";
  const resolve = (list: "allow" | "deny"): string[] => {
    const ids = (raw?.[list] ?? []).flatMap((name, index) => {
      const found = idsOf(name);
      const path = `${field}.${list}[${index}]`;
      if (found.length === 0)
        notes.error({
          code: "unknown-name",
          path,
          message: `unknown ${what} ${show(name)}`,
          value: name,
          ...didYouMean(suggest(name, known)),
        });
      return found;
    });
    return [...new Set(ids)];
  };
  const allow = resolve("allow");
  const deny = resolve("deny");
  if (allow.length > 0 && allow.every((id) => deny.includes(id))) {
    notes.error({
      code: "nothing-allowed",
      path: `${field}.deny`,
      message: `everything that ${field}.allow names is denied`,
      suggestion: "take it out of one of the lists",
    });
  }
  return { allow, deny };
}

function resolveQuotas(raw: RawFleet, where: Where, context: Resolving): QuotaSpec[] {
  const { notes } = context;
  const seen = new Map<string, string>();
  return (raw.quotas ?? []).map(({ market, gpus, vcpus, ...quota }, index) => {
    const path = `quotas[${index}]`;
    const isOfVcpus = vcpus !== undefined;
    const resolved: QuotaSpec = { ...quota, ...(isOfVcpus ? { vcpus } : { gpus: gpus ?? 0 }), market: market ?? "on-demand" };
    checkQuotaFamily(quota, isOfVcpus, path, context);
    checkQuotaRegion(quota, path, where, context);
    const key = [quota.cloud, quota.region, quota.family, resolved.market].join(" ");
    const first = seen.get(key);
    if (first !== undefined)
      notes.error({ code: "duplicate-quota", path, message: `${first} already limits ${key}`, suggestion: "keep one of them" });
    seen.set(key, first ?? path);
    if (market === undefined) assumeDefault(notes, `${path}.market`, "quota-market", "on-demand", "the quota names no market");
    return resolved;
  });
}

/** A family of nodes with GPUs for a quota of GPUs, one of nodes without for a quota of vCPUs. */
function checkQuotaFamily(
  quota: Pick<QuotaSpec, "cloud" | "family">,
  isOfVcpus: boolean,
  path: string,
  { catalog, notes }: Resolving,
): void {
  const counted = catalog.instanceTypes.filter((instance) => instance.cloud === quota.cloud && instance.gpuCount > 0 !== isOfVcpus);
  const together = isOfVcpus && quota.cloud === "aws" ? [awsStandardFamilies.name] : [];
  const families = [...new Set(counted.map(({ id }) => instanceFamily(id))), ...together];
  if (!families.includes(quota.family)) {
    const near = families.includes(instanceFamily(quota.family)) ? instanceFamily(quota.family) : suggest(quota.family, families);
    const advice = near === undefined ? { suggestion: `known families: ${families.join(", ")}` } : didYouMean(near);
    notes.error({
      code: "unknown-family",
      path: `${path}.family`,
      message: `unknown ${isOfVcpus ? "CPU-only" : "GPU"} instance family ${show(quota.family)} on ${quota.cloud}`,
      value: quota.family,
      ...advice,
    });
  }
}

/** A quota of a region that the fleet does not use is said, one of a region that does not exist is an error. */
function checkQuotaRegion(quota: Pick<QuotaSpec, "cloud" | "region">, path: string, where: Where, { catalog, notes }: Resolving): void {
  if (where.clusters.some(({ cloud, region }) => cloud === quota.cloud && region === quota.region)) return;
  const known = [...new Set(catalog.prices.filter((price) => price.cloud === quota.cloud).map((price) => price.region))];
  if (known.includes(quota.region)) {
    notes.assume({
      code: "unused-quota",
      path,
      message: `the fleet has no cluster in ${quota.cloud} ${quota.region}, so this quota limits nothing`,
      value: quota.region,
    });
    return;
  }
  notes.error({
    code: "unknown-region",
    path: `${path}.region`,
    message: `unknown ${quota.cloud} region ${show(quota.region)}`,
    value: quota.region,
    ...didYouMean(suggest(quota.region, known)),
  });
}

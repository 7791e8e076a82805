import type { Finding } from "../planner/finding.ts";
import type { Catalog } from "./catalog.ts";
import { looseName } from "./names.ts";

/** Rows that point to nothing, stand twice or answer to a name that another row has too, and days that cannot be. */
export function referenceFindings(catalog: Catalog): Finding[] {
  return [
    ...duplicates(
      "gpus",
      catalog.gpus.map((gpu) => gpu.id),
    ),
    ...duplicates(
      "models",
      catalog.models.map((model) => model.id),
    ),
    ...duplicates(
      "instanceTypes",
      catalog.instanceTypes.map((instance) => instance.id),
    ),
    ...duplicates(
      "engines",
      catalog.engines.map((engine) => engine.name),
    ),
    ...duplicates(
      "prices",
      catalog.prices.map((price) => `${price.instance}/${price.cloud}/${price.region}`),
    ),
    ...duplicates(
      "spotInterruptions",
      catalog.spotInterruptions.map((row) => `${row.instance}/${row.region}`),
    ),
    ...sharedNames("gpus", catalog.gpus),
    ...sharedNames("models", catalog.models),
    ...gpuFindings(catalog),
    ...instanceFindings(catalog),
    ...engineFindings(catalog),
    ...dateFindings(catalog),
  ];
}

function duplicates(section: string, ids: readonly string[]): Finding[] {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].flatMap(([id, count]) =>
    count === 1 ? [] : [{ code: "duplicate-row", path: `${section}[${id}]`, message: `stands ${count} times`, value: count, limit: 1 }],
  );
}

function sharedNames(section: string, rows: readonly { readonly id: string; readonly aliases: readonly string[] }[]): Finding[] {
  const owners = new Map<string, string>();
  return rows.flatMap((row) =>
    [row.id, ...row.aliases].flatMap((name) => {
      const owner = owners.get(looseName(name));
      owners.set(looseName(name), row.id);
      if (owner === undefined || owner === row.id) return [];
      return [{ code: "shared-name", path: `${section}[${row.id}].aliases`, message: `"${name}" is also a name of ${owner}`, value: name }];
    }),
  );
}

function gpuFindings({ gpus, stepTime }: Catalog): Finding[] {
  return gpus.flatMap((gpu) => {
    const family = gpu.performanceFamily;
    if (family === null || family in stepTime.gpuFamilies) return [];
    const message = `engines/step-time.json has no GPU family "${family}"`;
    return [{ code: "unknown-performance-family", path: `gpus[${gpu.id}].performanceFamily`, message, value: family }];
  });
}

function instanceFindings({ gpus, instanceTypes, prices, spotInterruptions }: Catalog): Finding[] {
  const gpuIds = new Set(gpus.map((gpu) => gpu.id));
  const clouds = new Map(instanceTypes.map((instance) => [instance.id, instance.cloud]));
  const findings: Finding[] = [];
  for (const { id, gpu, gpuCount } of instanceTypes) {
    const path = `instanceTypes[${id}]`;
    if (gpu !== null && !gpuIds.has(gpu))
      findings.push({ code: "unknown-gpu", path: `${path}.gpu`, message: `no GPU "${gpu}"`, value: gpu });
    if ((gpu === null) !== (gpuCount === 0)) {
      findings.push({ code: "gpu-count", path: `${path}.gpuCount`, message: `${gpuCount} GPUs of type ${gpu ?? "none"}`, value: gpuCount });
    }
  }
  for (const { instance, cloud, region } of prices) {
    const path = `prices[${instance}/${cloud}/${region}]`;
    const sold = clouds.get(instance);
    if (sold === undefined)
      findings.push({ code: "unknown-instance-type", path, message: `no instance type "${instance}"`, value: instance });
    else if (sold !== cloud)
      findings.push({ code: "wrong-cloud", path, message: `${instance} is an instance type of ${sold}`, value: cloud });
  }
  for (const { instance, region } of spotInterruptions) {
    if (clouds.has(instance)) continue;
    const path = `spotInterruptions[${instance}/${region}]`;
    findings.push({ code: "unknown-instance-type", path, message: `no instance type "${instance}"`, value: instance });
  }
  return findings;
}

/** An engine that can be asked for needs timing constants; measured engines without a profile only served to fit the rest. */
function engineFindings({ engines, stepTime, taskPerformance: { prefillOnly, transcription } }: Catalog): Finding[] {
  const measured = new Set([...stepTime.engines, ...prefillOnly.engines, ...transcription.engines].map(({ engine }) => engine));
  return engines.flatMap(({ name }) => {
    if (measured.has(name)) return [];
    const message = "engines/step-time.json has no generation of this engine";
    return [{ code: "unmeasured-engine", path: `engines[${name}]`, message, value: name }];
  });
}

function dateFindings(catalog: Catalog): Finding[] {
  const dated: (readonly [path: string, day: string])[] = [
    ...catalog.gpus.map((gpu) => [`gpus[${gpu.id}].asOf`, gpu.asOf] as const),
    ...catalog.models.map((model) => [`models[${model.id}].asOf`, model.asOf] as const),
    ...catalog.instanceTypes.map((instance) => [`instanceTypes[${instance.id}].asOf`, instance.asOf] as const),
    ...catalog.prices.flatMap((price) =>
      (["onDemand", "spot", "committed1Year", "committed3Year", "static"] as const).flatMap((market) => {
        const quoted = price[market];
        return quoted === null ? [] : [[`prices[${price.instance}/${price.cloud}/${price.region}].${market}.asOf`, quoted.asOf] as const];
      }),
    ),
  ];
  return dated.flatMap(([path, day]): Finding[] => {
    if (!isDay(day)) return [{ code: "not-a-day", path, message: `${day} is not a day of the calendar`, value: day }];
    if (day <= catalog.asOf) return [];
    return [{ code: "date-in-future", path, message: `${day} is after the day of the catalog`, value: day, limit: catalog.asOf }];
  });
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

import type { z } from "zod";
import type { Catalog, CatalogFacts } from "./catalog.ts";
import { type OverrideFinding, readYamlText, schemaFindings } from "./override-findings.ts";
import { applyDiscount, applyPrice, type OwnPrice, readDiscounts, readPrices } from "./override-prices.ts";
import { readGpus, readInstanceTypes, readModels } from "./override-rows.ts";
import type { Gpu } from "./schema/gpu.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { Model } from "./schema/model.ts";
import { type Discount, overridesSchema } from "./schema/overrides.ts";

/** An overrides file after validation against its schema and the catalog: everything is known and complete. */
export interface Overrides {
  readonly gpus: readonly Gpu[];
  readonly instanceTypes: readonly InstanceType[];
  readonly models: readonly Model[];
  readonly prices: readonly OwnPrice[];
  readonly discounts: readonly Discount[];
}

/** Reads an overrides file. With any finding there are no overrides: half a file is never applied. */
export function readOverrides(text: string, file: string, catalog: Catalog): { overrides: Overrides | null; findings: OverrideFinding[] } {
  const yaml = readYamlText(text, file);
  if (yaml.findings.length > 0) return { overrides: null, findings: [...yaml.findings] };
  const parsed = overridesSchema.safeParse(yaml.value ?? {});
  const headFindings = parsed.success ? [] : schemaFindings(yaml, [], parsed.error, () => Object.keys(overridesSchema.shape));
  const given = parsed.data ?? readable(yaml.value);
  const head = { source: given.source ?? file, ...(given.asOf === undefined ? {} : { asOf: given.asOf }) };
  const reading = { yaml, head, catalog };

  const gpus = readGpus(given.gpus, reading);
  const instanceTypes = readInstanceTypes(given.instanceTypes, gpus.rows, reading);
  const models = readModels(given.models, reading);
  const declared = new Set(given.instanceTypes.map((row) => (row as { id?: unknown } | null)?.id));
  const prices = readPrices(given.prices, instanceTypes.rows, declared, reading);
  const discounts = readDiscounts(given.discounts, reading);
  const findings = [headFindings, ...[gpus, instanceTypes, models, prices, discounts].map((section) => section.findings)].flat();
  if (findings.length > 0) return { overrides: null, findings };
  const overrides = {
    gpus: gpus.rows,
    instanceTypes: instanceTypes.rows,
    models: models.rows,
    prices: prices.rows,
    discounts: discounts.rows,
  };
  return { overrides, findings };
}

/** A catalog with the overrides in it. Own prices are contracts already, so discounts come first and do not touch them. */
export function applyOverrides(catalog: Catalog, overrides: Overrides): CatalogFacts {
  const { sha256: _, ...facts } = catalog;
  const discounted = overrides.discounts.reduce(applyDiscount, facts.prices);
  const dates = [...overrides.gpus, ...overrides.instanceTypes, ...overrides.models, ...overrides.prices].map((row) => row.asOf);
  return {
    ...facts,
    asOf: [facts.asOf, ...dates].toSorted().at(-1) ?? facts.asOf,
    gpus: withRows(facts.gpus, overrides.gpus),
    instanceTypes: withRows(facts.instanceTypes, overrides.instanceTypes).map((instance) => soldAsPriced(instance, overrides.prices)),
    models: withRows(facts.models, overrides.models),
    prices: overrides.prices.reduce((prices, own) => applyPrice(prices, own, facts.prices), discounted),
  };
}

/** Who has a price of their own for a market can buy it there, also where the cloud sells it to nobody else. */
function soldAsPriced(instance: InstanceType, prices: readonly OwnPrice[]): InstanceType {
  const markets = prices.flatMap(({ instance: id, market }) =>
    (id === instance.id && market === "on-demand") || market === "spot" ? [market] : [],
  );
  const missing = new Set(markets.filter((market) => !instance.capacityTypes.includes(market)));
  return missing.size === 0 ? instance : { ...instance, capacityTypes: [...instance.capacityTypes, ...missing] };
}

const withRows = <T extends { readonly id: string }>(bundled: readonly T[], own: readonly T[]): T[] => {
  const replaced = new Set(own.map((row) => row.id));
  return [...bundled.filter((row) => !replaced.has(row.id)), ...own];
};

/** The sections of a file whose head is wrong: they are read as well, so that all findings come at once. */
function readable(value: unknown): z.infer<typeof overridesSchema> {
  const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const sound = fields.filter(([name, field]) => overridesSchema.safeParse({ [name]: field }).success);
  return overridesSchema.parse(Object.fromEntries(sound));
}

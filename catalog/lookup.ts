import type { Precision } from "../planner/layouts/precision.ts";
import type { Catalog } from "./catalog.ts";
import { looseName, withoutOrganisation } from "./names.ts";
import { splitReuploadName, withoutTuning } from "./reupload-names.ts";
import type { Gpu } from "./schema/gpu.ts";
import type { InstanceType } from "./schema/instance-type.ts";
import type { Model } from "./schema/model.ts";

export { suggest } from "./names.ts";

interface Named {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** Loose name -> row; null where two rows claim it, so that nobody gets one of them by chance. Ids win over aliases. */
function indexOf<T extends Named>(rows: readonly T[], shorten: (name: string) => string): ReadonlyMap<string, T | null> {
  const index = new Map<string, T | null>();
  const tiers: ((row: T) => readonly string[])[] = [
    (row) => [row.id],
    (row) => row.aliases,
    (row) => [shorten(row.id)],
    (row) => row.aliases.map(shorten),
  ];
  for (const names of tiers) {
    const tier = new Map<string, T | null>();
    for (const row of rows) {
      for (const name of names(row).map(looseName)) tier.set(name, tier.has(name) && tier.get(name) !== row ? null : row);
    }
    for (const [name, row] of tier) if (!index.has(name)) index.set(name, row);
  }
  return index;
}

interface Indexes {
  readonly models: ReadonlyMap<string, Model | null>;
  readonly gpus: ReadonlyMap<string, Gpu | null>;
  readonly instanceTypes: ReadonlyMap<string, InstanceType>;
}

/** A catalog is frozen, so its indexes hold as long as it lives. */
const indexes = new WeakMap<Catalog, Indexes>();

function indexesOf(catalog: Catalog): Indexes {
  const known = indexes.get(catalog);
  if (known !== undefined) return known;
  const made: Indexes = {
    models: indexOf(catalog.models, withoutOrganisation),
    gpus: indexOf(catalog.gpus, (name) => name),
    instanceTypes: new Map(catalog.instanceTypes.map((instance) => [instance.id, instance])),
  };
  indexes.set(catalog, made);
  return made;
}

/** By id, alias, or either without its organisation when only one model answers to that. */
export const findModel = (catalog: Catalog, nameOrAlias: string): Model | undefined =>
  indexesOf(catalog).models.get(looseName(nameOrAlias)) ?? undefined;

/** By id, alias, a cloud's name or what nvidia-smi prints. */
export const findGpu = (catalog: Catalog, nameOrAlias: string): Gpu | undefined => {
  const index = indexesOf(catalog).gpus;
  const name = looseName(nameOrAlias);
  const plain = name.replace(/^(nvidia)?(geforce|tesla)?/, "");
  // Some name a GPU with its memory where the catalog has one size only.
  return index.get(name) ?? index.get(plain) ?? index.get(plain.replace(/\d+gi?b$/, "")) ?? undefined;
};

export const findInstanceType = (catalog: Catalog, id: string): InstanceType | undefined => indexesOf(catalog).instanceTypes.get(id);

/** What a name on Hugging Face or in a benchmark file stands for. */
export interface ResolvedModelName {
  readonly model: Model;
  /** Of the weights, when the name says so: a re-upload of the model in another format. */
  readonly impliedPrecision?: Precision;
  /** How the name was read when it is neither an id nor an alias. */
  readonly rule?: string;
  /** The model in the form of that repository: with the format as the published one, and what is known of its own files. */
  readonly row: Model;
}

/** The only model that answers to a name when its tuning suffix is left aside. */
function tuningVariant(catalog: Catalog, name: string): Model | undefined {
  const wanted = withoutTuning(name);
  const [first, ...others] = catalog.models.filter((model) =>
    [model.id, ...model.aliases].some((known) => withoutTuning(known) === wanted),
  );
  return others.length === 0 ? first : undefined;
}

/** A catalog is frozen, so what its names stand for holds as long as it lives; one row a name keeps what was computed from it. */
const resolutions = new WeakMap<Catalog, Map<string, ResolvedModelName | undefined>>();

/** Like `findModel`, and also reads the names of quantised re-uploads by the rule of reupload-names.ts. */
export function resolveModelName(catalog: Catalog, name: string): ResolvedModelName | undefined {
  const model = findModel(catalog, name);
  if (model !== undefined) return { model, row: model };
  const known = resolutions.get(catalog) ?? new Map<string, ResolvedModelName | undefined>();
  resolutions.set(catalog, known);
  if (!known.has(name)) known.set(name, readReupload(catalog, name));
  return known.get(name);
}

function readReupload(catalog: Catalog, name: string): ResolvedModelName | undefined {
  const { base, ending, precision } = splitReuploadName(name);
  const variant = catalog.variants.find((row) => looseName(row.id) === looseName(name));
  const original = variant === undefined ? undefined : findModel(catalog, variant.model);
  if (variant !== undefined && original !== undefined) {
    const { quantization } = variant;
    const row = { ...original, nativePrecision: quantization.precision, quantization };
    return {
      model: original,
      impliedPrecision: quantization.precision,
      rule: `ending -${ending}, its own quantization_config is in the catalog`,
      row,
    };
  }
  const exact = findModel(catalog, withoutOrganisation(base));
  const model = exact ?? tuningVariant(catalog, base);
  if (model === undefined) return undefined;
  const rules = [ending === "" ? "" : `ending -${ending}`, exact === undefined ? "tuning suffix left aside" : ""];
  const rule = rules.filter((text) => text !== "").join(", ") || "organisation or remark left aside";
  if (precision === null) return { model, rule, row: model };
  // Channels, where the name says nothing of blocks: blocks would forbid layouts that such files allow.
  const nativePrecision = precision === "fp8" && !/block$/i.test(ending) ? "fp8-channel" : precision;
  return { model, impliedPrecision: precision, rule, row: { ...model, nativePrecision } };
}

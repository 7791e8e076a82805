import type { Catalog } from "../catalog/catalog.ts";
import { withModels } from "../catalog/load.ts";
import { findModel, resolveModelName } from "../catalog/lookup.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import { isModelPath, ofNamingField, readModelPath } from "./model-files.ts";

/** A model's name and the field of the spec that it stands in. */
export interface NamedAt {
  readonly name: string;
  readonly path: string;
}

export interface NamedModels {
  /** With a row for every model that is named by its files or by the name of a quantised re-upload. */
  readonly catalog: Catalog;
  readonly findings: readonly Finding[];
  readonly assumptions: readonly Finding[];
}

/** Adds the models that a spec names and the catalog has no row for, so that everything after it finds them. Paths start from `folder`. */
export function withNamedModels(catalog: Catalog, named: readonly NamedAt[], folder: string): NamedModels {
  const findings: Finding[] = [];
  const assumptions: Finding[] = [];
  const rows = new Map<string, Model>();
  for (const { name, path } of named) {
    if (rows.has(name) || findModel(catalog, name) !== undefined) continue;
    if (!isModelPath(name)) {
      const row = reuploadRow(catalog, name);
      if (row !== undefined) rows.set(name, row);
      continue;
    }
    const read = readModelPath(name, folder, catalog);
    if ("model" in read) {
      rows.set(name, read.model);
      assumptions.push(...read.notes.map((note) => ({ ...note, path })));
    } else findings.push(...read.findings.map((finding) => ofNamingField(finding, path, name)));
  }
  return { catalog: rows.size === 0 ? catalog : withModels(catalog, [...rows.values()]), findings, assumptions };
}

/** A re-upload as a model of its own: its weights are what a replica loads. */
function reuploadRow(catalog: Catalog, name: string): Model | undefined {
  const found = resolveModelName(catalog, name);
  if (found?.rule === undefined || found.impliedPrecision === undefined) return undefined;
  return {
    ...found.row,
    id: name,
    aliases: [],
    published: null,
    checkpointBytes: null,
    checkpointBytesBasis: null,
    weightBytesNative: null,
    copyOf: { model: found.model.id, precision: found.impliedPrecision, rule: found.rule },
  };
}

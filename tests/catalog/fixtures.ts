import type { Catalog } from "../../catalog/catalog.ts";
import { loadCatalog } from "../../catalog/load.ts";

export const bundled: Catalog = loadCatalog().catalog;

/** The bundled catalog with one thing about it changed; everything else is shared. */
export const broken = (change: Partial<Catalog>): Catalog => ({ ...bundled, ...change });

/** A row by its id, with some fields changed, in place of the original. */
export const withRow = <T extends { readonly id: string }>(rows: readonly T[], id: string, change: Partial<T>): T[] =>
  rows.map((row) => (row.id === id ? { ...row, ...change } : row));

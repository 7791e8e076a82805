import type { Catalog } from "../../catalog/catalog.ts";
import type { Finding } from "../finding.ts";
import type { FleetSpec } from "./fleet-spec.ts";
import { createNotes } from "./notes.ts";
import { parentPath } from "./path.ts";
import type { PositionedFinding } from "./positioned-finding.ts";
import { resolveFleet } from "./resolve/fleet.ts";
import { type LocatedFinding, readYaml } from "./yaml-source.ts";

export { formatPositionedFinding, type PositionedFinding } from "./positioned-finding.ts";

export interface SpecResult {
  /** null when there is any finding. */
  readonly spec: FleetSpec | null;
  /** Everything that is wrong, in the order of the file. */
  readonly findings: readonly PositionedFinding[];
  /** Every default that was used, and what it means. */
  readonly assumptions: readonly Finding[];
}

/** Reads the text of a fleet spec. Never throws for what a user wrote: every mistake is a finding with its place. */
export function readSpec(text: string, { file, catalog }: { readonly file: string; readonly catalog: Catalog }): SpecResult {
  const source = readYaml(text);
  const notes = createNotes();
  const spec = source.value === null ? null : resolveFleet(source.value, { catalog, notes });
  const meant = notes.errors.map((finding) => ({ ...finding, ...source.position(finding.path) }));
  const findings = [
    ...source.findings.filter((finding) => !isSaid(finding, meant)),
    ...meant.filter((finding) => !followsFrom(finding, source.findings)),
  ]
    .map((finding) => ({ ...finding, file }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { spec: findings.length > 0 ? null : spec, findings, assumptions: notes.assumptions };
}

/** A credential where the name of a secret belongs is said once, with the path. */
const isSaid = (finding: LocatedFinding, others: readonly LocatedFinding[]): boolean =>
  finding.path === "" && others.some(({ code, line }) => code === finding.code && line === finding.line);

/** What could not be read of the file has no meaning that could be wrong. */
const followsFrom = (finding: Finding, unread: readonly Finding[]): boolean =>
  unread.some(
    ({ code, path }) =>
      code === "bad-alias" && (finding.path === path || parentPath(path) === finding.path || finding.path.startsWith(`${path}.`)),
  );

/** The files that a spec names and that must be read before it can be resolved; null for each that it does not name. */
export function referencedFiles(text: string): { readonly catalogOverrides: string | null; readonly measurements: string | null } {
  const value = readYaml(text).value ?? {};
  const path = (key: string): string | null => (typeof value[key] === "string" ? value[key] : null);
  return { catalogOverrides: path("catalogOverrides"), measurements: path("measurements") };
}

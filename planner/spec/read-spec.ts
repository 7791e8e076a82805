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

interface SpecContext {
  readonly file: string;
  readonly catalog: Catalog;
  /** Why the files of a model could not be read, with the field that names them. */
  readonly modelFindings?: readonly Finding[];
}

/** Reads the text of a fleet spec. Never throws for what a user wrote: every mistake is a finding with its place. */
export function readSpec(text: string, { file, catalog, modelFindings = [] }: SpecContext): SpecResult {
  const source = readYaml(text);
  const notes = createNotes();
  for (const finding of modelFindings) notes.error(finding);
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

/** The files and models that a spec names and that must be looked up before it can be resolved; null for each file that it does not name. */
export interface References {
  readonly catalogOverrides: string | null;
  readonly measurements: string | null;
  /** In the order of the file, with the field that each stands in. */
  readonly models: readonly { readonly name: string; readonly path: string }[];
}

export function references(text: string): References {
  const value = readYaml(text).value ?? {};
  const textAt = (mapping: unknown, key: string): string | null => {
    const found = typeof mapping === "object" && mapping !== null ? (mapping as Readonly<Record<string, unknown>>)[key] : undefined;
    return typeof found === "string" ? found : null;
  };
  const workloads: readonly unknown[] = Array.isArray(value.workloads) ? value.workloads : [];
  const named = [
    { name: textAt(value.defaults, "model"), path: "defaults.model" },
    ...workloads.map((workload, index) => ({ name: textAt(workload, "model"), path: `workloads[${index}].model` })),
  ];
  const models = named.flatMap(({ name, path }) => (name === null ? [] : [{ name, path }]));
  return { catalogOverrides: textAt(value, "catalogOverrides"), measurements: textAt(value, "measurements"), models };
}

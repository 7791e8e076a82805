import type { Finding } from "../finding.ts";

/** One mapping of a config.json, read field by field. What is missing or cannot be becomes a finding with the field's name. */
export interface Fields {
  /** A whole number of 1 or more under the first of these names that the file has; null (and a finding) when there is none. */
  readonly count: (...names: string[]) => number | null;
  /** The same for a field that may be absent, null or 0. */
  readonly optionalCount: (...names: string[]) => number | null;
  readonly flag: (name: string) => boolean | null;
  readonly text: (...names: string[]) => string | null;
  readonly list: (...names: string[]) => readonly unknown[] | null;
  readonly section: (...names: string[]) => Fields | null;
  readonly has: (name: string) => boolean;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** No published model comes near these; a larger number is a mistake that would only overflow later. */
const mostLayers = 2 ** 14;
const mostOfAnything = 2 ** 31;
const mostOf = (name: string): number => (/layers?$/.test(name) ? mostLayers : mostOfAnything);

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `path` is where the mapping stands in the file (`text_config`); findings are added to `findings`. */
export function fieldsOf(raw: Readonly<Record<string, unknown>>, path: string, findings: Finding[]): Fields {
  const pathOf = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const present = (names: readonly string[]): string | undefined => names.find((name) => raw[name] !== undefined && raw[name] !== null);

  function whole(names: readonly string[], least: number): number | null {
    const name = present(names);
    if (name === undefined) return null;
    const value = raw[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= mostOf(name)) return value;
    const shown = JSON.stringify(value) ?? String(value);
    findings.push({
      code: "absurd-field",
      path: pathOf(name),
      message: `expected a whole number from ${least} to ${mostOf(name)}, found ${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}`,
      suggestion: "compare the file with the one that was published",
    });
    return null;
  }

  return {
    raw,
    has: (name) => present([name]) !== undefined,
    count: (...names) => {
      if (present(names) === undefined) {
        const [name = ""] = names;
        findings.push({
          code: "missing-field",
          path: pathOf(name),
          message:
            names.length === 1 ? "is missing" : `is missing, and so ${names.length === 2 ? "is" : "are"} ${names.slice(1).join(", ")}`,
          suggestion: "this does not look like the config.json of a language model, or part of it was cut off",
        });
        return null;
      }
      return whole(names, 1);
    },
    optionalCount: (...names) => whole(names, 0) || null,
    flag: (name) => (typeof raw[name] === "boolean" ? raw[name] : null),
    text: (...names) => {
      const name = names.find((candidate) => typeof raw[candidate] === "string");
      return name === undefined ? null : String(raw[name]);
    },
    list: (...names) => {
      const value = names.map((name) => raw[name]).find(Array.isArray);
      return value ?? null;
    },
    section: (...names) => {
      const name = names.find((candidate) => isMapping(raw[candidate]));
      const value = name === undefined ? undefined : raw[name];
      return name !== undefined && isMapping(value) ? fieldsOf(value, pathOf(name), findings) : null;
    },
  };
}

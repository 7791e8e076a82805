import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A stack's config in the form in which the engine hands it to the program: every value a string, objects as JSON. */
export interface StackFile {
  readonly project: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

interface ProjectYaml {
  readonly name: string;
  readonly stackConfigDir?: string;
  readonly config?: Readonly<Record<string, { readonly default?: unknown }>>;
}

interface StackYaml {
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Reads Pulumi.yaml and Pulumi.<stack>.yaml as the CLI would, defaults included. Encrypted values stay what they are: nobody reads them here. */
export function readStackFile(root: URL, stack: string): StackFile {
  const project = readYaml<ProjectYaml>(new URL("Pulumi.yaml", root));
  const stackFile = new URL(`${project.stackConfigDir ?? "."}/Pulumi.${stack}.yaml`, root);
  const defaults = Object.entries(project.config ?? {}).map(([key, item]) => [`${project.name}:${key}`, item.default] as const);
  const given = Object.entries(readYaml<StackYaml | null>(stackFile)?.config ?? {});
  const values = Object.entries(Object.fromEntries([...defaults, ...given])).filter(([, value]) => value !== undefined);
  return {
    project: project.name,
    config: Object.fromEntries(values.map(([key, value]) => [key, isSecret(value) ? "[secret]" : textOf(value)])),
    secretKeys: values.filter(([, value]) => isSecret(value)).map(([key]) => key),
  };
}

const readYaml = <T>(file: URL): T => parse(readFileSync(file, "utf8")) as T;

const isSecret = (value: unknown): boolean => typeof value === "object" && value !== null && "secure" in value;

const textOf = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

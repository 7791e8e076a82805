import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";

/** A provider plugin that the program's SDKs belong to. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** One for each installed package that says it comes with a plugin; the engine wants them all. */
export function requiredPlugins(root: URL): Plugin[] {
  const scope = new URL("node_modules/@pulumi/", root);
  return readdirSync(scope).flatMap((name) => {
    const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, scope), "utf8")) as Manifest;
    if (manifest.pulumi?.resource !== true) return [];
    return [{ name: manifest.pulumi.name ?? name, version: manifest.pulumi.version ?? manifest.version }];
  });
}

interface Manifest {
  readonly version: string;
  readonly pulumi?: { readonly resource?: boolean; readonly name?: string; readonly version?: string };
}

/** Where `pulumi install` puts plugins. */
export const pluginsFolder = (): string => join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");

export const pluginFolderName = ({ name, version }: Plugin): string => `resource-${name}-v${version}`;

export const isInstalled = (plugin: Plugin): boolean =>
  existsSync(join(pluginsFolder(), pluginFolderName(plugin))) || onPath(`pulumi-resource-${plugin.name}`) !== undefined;

/** Folder of an executable. */
export const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .find((folder) => folder !== "" && existsSync(join(folder, process.platform === "win32" ? `${name}.exe` : name)));

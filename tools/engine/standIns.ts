import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { pluginFolderName, requiredPlugins } from "../preview/plugins.ts";
import type { TemporaryProject } from "../preview/temporaryProject.ts";
import { standInProvider } from "./cli.ts";
import { journalVariable } from "./providers/journal.ts";

/** What the stand-ins of a copy of the project have done is written here. */
export const journalOf = ({ folder }: TemporaryProject): string => join(folder, "journal");

/** Puts the stand-in providers where the Pulumi CLI looks for the plugins of a copy of the project. */
export function installStandIns(root: URL, { home }: TemporaryProject): void {
  for (const plugin of requiredPlugins(root)) {
    const folder = join(home, "plugins", pluginFolderName(plugin));
    mkdirSync(folder, { recursive: true });
    symlinkSync(standInProvider(plugin.name), join(folder, `pulumi-resource-${plugin.name}`));
  }
}

/** In which `pulumi` is the one in `cliFolder`, on a stack of the copy, and knows no other plugins. */
export const standInEnvironment = (at: TemporaryProject, cliFolder: string, stack: string): Record<string, string> => ({
  HOME: process.env.HOME ?? "/",
  ...at.environment,
  PATH: [cliFolder, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
  PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
  PULUMI_STACK: stack,
  [journalVariable]: journalOf(at),
});

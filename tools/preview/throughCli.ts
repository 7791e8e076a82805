import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { isInstalled, onPath, pluginsFolder, requiredPlugins } from "./plugins.ts";
import { remove, temporaryProject } from "./temporaryProject.ts";

/** Why the Pulumi CLI cannot preview the stack on this machine, as a sentence; null when it can. */
export function cliObstacle(root: URL, stack: string): string | null {
  if (onPath("pulumi") === undefined) return "There is no Pulumi CLI on PATH; with one and its plugins this is `pulumi preview`.";
  const missing = requiredPlugins(root).filter((plugin) => !isInstalled(plugin));
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
    return `The Pulumi CLI is here without its plugins ${names}: \`pulumi install\` fetches them.`;
  }
  const config = readFileSync(new URL(`stacks/Pulumi.${stack}.yaml`, root), "utf8");
  return /^encryptionsalt:|^secretsprovider:/m.test(config)
    ? `stack ${stack} has secrets; \`pulumi preview --stack ${stack}\` reads them`
    : null;
}

/** `pulumi preview` of a stack in a temporary copy, as if it had never been deployed. Returns its exit code. */
export async function previewThroughCli(root: URL, stack: string): Promise<number> {
  const copy = temporaryProject(root);
  try {
    if (existsSync(pluginsFolder())) symlinkSync(pluginsFolder(), join(copy.home, "plugins"), "junction");
    const environment = { ...process.env, ...copy.environment };
    await run("pulumi", ["stack", "init", stack, "--non-interactive"], { cwd: copy.project, env: environment });
    return await show(["preview", "--stack", stack], copy.project, environment);
  } finally {
    remove(copy);
  }
}

const run = promisify(execFile);

const show = (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });

#!/usr/bin/env node
// Plain JavaScript that any Node from 18 on can read: it finds a Node that runs TypeScript and hands over to the command line.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The first release that strips types without a flag. */
const needed = [22, 18];
const here = fileURLToPath(import.meta.url);

const isEnough = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
};

/** The Node that npm installed as an optional dependency of this project, if there is one for this platform and it is new enough. */
const ownNode = () => {
  const platform = process.platform === "win32" ? "win" : process.platform;
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
    try {
      const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
      const binary = join(dirname(manifest), "bin", platform === "win" ? "node.exe" : "node");
      if (isEnough(JSON.parse(readFileSync(manifest, "utf8")).version) && existsSync(binary)) return binary;
    } catch {
      // Not installed: the next name, or none.
    }
  }
  return undefined;
};

const runWith = (node) => {
  const { status, signal, error } = spawnSync(node, [here, ...process.argv.slice(2)], { stdio: "inherit" });
  if (error) {
    console.error(`gpufleet: ${node} does not start: ${error.message}`);
    process.exit(1);
  }
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
};

const runHere = async () => {
  module.enableCompileCache?.();
  // Node 22 warns on every start that type stripping is experimental; nobody who plans a fleet needs to know.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") console.error(`${warning.name}: ${warning.message}`);
  });
  const root = dirname(dirname(here));
  // Node does not strip types below node_modules, so the installed package carries JavaScript.
  const main = root.split(sep).includes("node_modules") ? join(root, "dist", "cli", "main.js") : join(root, "cli", "main.ts");
  const { main: run } = await import(pathToFileURL(main).href);
  await run();
};

if (isEnough(process.version)) {
  await runHere();
} else {
  const node = ownNode();
  if (node !== undefined) runWith(node);
  else {
    console.error(`gpufleet: needs Node ${needed.join(".")} or newer, this is ${process.version}; install a newer Node or run npm ci here`);
    process.exitCode = 1;
  }
}

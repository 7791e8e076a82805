import { spawnSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * Builds dist/, what the published package runs: JavaScript and types, with the catalog's data beside its reader as in the checkout.
 * Node does not strip types below node_modules. A checkout needs no build.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

function compile(): boolean {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "--project", join(root, "tools", "tsconfig.build.json")], {
    stdio: ["ignore", 2, 2],
  });
  return status === 0;
}

/** The compiler leaves `./name.ts` in types as it is; only TypeScript itself finds its way from there. */
function pointTypesAtJavaScript(): void {
  for (const name of globSync("**/*.d.ts", { cwd: dist })) {
    const file = join(dist, name);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(/((?:from|import\() ?"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

function copyData(): void {
  for (const name of globSync("catalog/**/*.json", { cwd: root })) cpSync(join(root, name), join(dist, name));
}

rmSync(dist, { recursive: true, force: true });
if (compile()) {
  pointTypesAtJavaScript();
  copyData();
} else {
  process.exitCode = 1;
}

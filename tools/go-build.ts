import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";

export function hasGo(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Of go.mod and go.sum of these modules: a binary built from them is up to date. */
export function moduleDigest(modules: readonly string[]): string {
  const hash = createHash("sha256");
  for (const module of modules) for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  return hash.digest("hex");
}

/** The version that a module's go.mod requires of another, without its v. */
export function requiredVersion(module: string, path: string): string {
  const line = readFileSync(join(module, "go.mod"), "utf8")
    .split("\n")
    .find((candidate) =>
      candidate
        .replace(/^require/, "")
        .trim()
        .startsWith(`${path} v`),
    );
  const [, version] = /\sv(\S+)/.exec(line ?? "") ?? [];
  if (version === undefined) throw new Error(`${module}/go.mod does not require ${path}`);
  return version;
}

/** Where a package of one of the required modules lies, after its download. */
export const moduleFolder = (module: string, path: string): string =>
  execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", path], { cwd: module, env: goEnvironment(), encoding: "utf8" }).trim();

/** `go build` of packages that the module's go.mod names as tools. Minutes the first time; with Go's own cache warm, seconds. */
export function goBuild(
  module: string,
  packages: readonly string[],
  output: string,
  variables: Readonly<Record<string, string>> = {},
): void {
  const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`);
  execFileSync("go", ["build", "-trimpath", "-ldflags", `-s -w${set.join("")}`, "-o", output, ...packages], {
    cwd: module,
    env: goEnvironment(),
    stdio: ["ignore", "inherit", "inherit"],
  });
}

const goEnvironment = () => ({ ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" });

/** Builds once however many processes ask for it; the others wait. */
export async function buildOnce(folder: string, isBuilt: () => boolean, build: () => void): Promise<void> {
  const lock = join(folder, "building");
  mkdirSync(folder, { recursive: true });
  while (!tookLock(lock)) {
    if (builderIsGone(lock)) rmSync(lock, { force: true });
    await setTimeout(500);
  }
  try {
    if (!isBuilt()) build();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** False while another process builds. */
function tookLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function builderIsGone(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch {
    return true;
  }
}

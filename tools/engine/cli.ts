import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const module = fileURLToPath(new URL("pulumi-cli/", import.meta.url));

/** Where the built CLI lies; ignored by git. */
export const builtCliFolder = fileURLToPath(new URL("../../.cache/engine/", import.meta.url));

/** The language host and the providers that stand in, as executables. */
const standInsFolder = fileURLToPath(new URL("bin/", import.meta.url));

const binary = join(builtCliFolder, "pulumi");
/** The CLI looks for its language hosts beside itself first. */
const languageHost = join(builtCliFolder, "pulumi-language-nodejs");
const stamp = join(builtCliFolder, "pulumi.sha256");

const sources = (): string => {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  return hash.digest("hex");
};

export const standInProvider = (sdk: string): string => join(standInsFolder, `pulumi-resource-${sdk}`);

/** Built from these very sources. */
export const isBuilt = (): boolean =>
  existsSync(binary) && existsSync(languageHost) && existsSync(stamp) && readFileSync(stamp, "utf8") === sources();

export function hasGo(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Without its version the CLI refuses plugins and state that ask for one. */
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const lock = join(builtCliFolder, "building");

/** False while another process builds. */
function tookLock(): boolean {
  mkdirSync(builtCliFolder, { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function builderIsGone(): boolean {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch {
    return true;
  }
}

/**
 * Builds the Pulumi CLI, once however many processes ask for it.
 * @throws when Go or its modules cannot be had.
 */
export async function buildCli(): Promise<void> {
  while (!tookLock()) {
    if (builderIsGone()) rmSync(lock, { force: true });
    await setTimeout(500);
  }
  try {
    if (!isBuilt()) compile();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Takes minutes the first time; Go's own cache makes the next clone's build one of seconds. */
function compile(): void {
  const [, version = ""] = /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(join(module, "go.mod"), "utf8")) ?? [];
  const unfinished = join(builtCliFolder, `pulumi.${process.pid}`);
  const flags = ["-trimpath", "-ldflags", `-s -w -X ${versionVariable}=${version}`, "-o", unfinished];
  execFileSync("go", ["build", ...flags, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  renameSync(unfinished, binary);
  rmSync(languageHost, { force: true });
  symlinkSync(join(standInsFolder, "pulumi-language-nodejs"), languageHost);
  writeFileSync(stamp, sources());
}

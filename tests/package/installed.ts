import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const shell = process.platform === "win32";

export interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

export interface Installed {
  /** A folder of its own, outside the checkout, with the package and its dependencies in node_modules. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/**
 * Packs the checkout as `npm publish` would and installs the tarball in an empty folder with `npm install`, packages from npm's cache where
 * it has them. Without the optional ones: a Node of the package's own is put beside it by the test that is about it.
 */
export function installPackage(): Installed {
  const folder = mkdtempSync(join(tmpdir(), "gpu-fleet-planner-package-"));
  const packed = execFileSync("npm", ["pack", "--silent", "--json", "--pack-destination", folder], { cwd: root, encoding: "utf8", shell });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true }));
  try {
    const flags = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    execFileSync("npm", ["install", `./${filename}`, ...flags], { cwd: folder, shell, stdio: "pipe" });
  } catch (error) {
    if (process.env.CI === "true") throw error;
    process.stderr.write(
      "tests/package: npm install has no network; the package is unpacked beside links to the checkout's dependencies\n",
    );
    unpack(filename, folder);
  }
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "node_modules", "gpu-fleet-planner", "package.json"), "utf8"));
  cpSync(fileURLToPath(new URL("fixtures", import.meta.url)), folder, { recursive: true });
  return { folder, manifest, files: files.map(({ path }) => path) };
}

/** What `npm install` comes to on a machine without a network. */
function unpack(filename: string, folder: string): void {
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  execFileSync("tar", ["-xzf", filename], { cwd: folder });
  cpSync(join(folder, "package"), join(folder, "node_modules", "gpu-fleet-planner"), { recursive: true });
  const { dependencies }: Manifest = JSON.parse(readFileSync(join(folder, "package", "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) link(folder, name);
}

/** Puts one package of the checkout into the folder's node_modules. */
export function link(folder: string, name: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(root, "node_modules", name), place, "junction");
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one program in the folder to its end. */
export const execute = (program: string, argv: readonly string[], folder: string): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(program, argv, { cwd: folder, env: { ...process.env, NODE_OPTIONS: "" } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    );
  });

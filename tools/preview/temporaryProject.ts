import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A copy of the project with a Pulumi of its own: state, passphrase and home lie in the same temporary folder. Nothing outside is written. */
export interface TemporaryProject {
  /** Holds everything below. */
  readonly folder: string;
  readonly project: string;
  /** PULUMI_HOME: plugins are looked for below it. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a program does not need in order to run. */
const leftOut = new Set([".cache", ".git", "bench", "coverage", "dist", "docs", "node_modules", "rendered", "tests"]);

export function temporaryProject(root: URL): TemporaryProject {
  const made = laidOut(mkdtempSync(join(tmpdir(), "gpu-fleet-planner-")));
  mkdirSync(made.project);
  mkdirSync(join(made.folder, "state"));
  mkdirSync(made.home);
  const from = fileURLToPath(root);
  for (const name of readdirSync(from).filter((entry) => !leftOut.has(entry))) {
    cpSync(join(from, name), join(made.project, name), { recursive: true });
  }
  symlinkSync(join(from, "node_modules"), join(made.project, "node_modules"), "junction");
  return made;
}

/** The same project in the same state once more: what is done to one is not done to the other. */
export function copyOf(original: TemporaryProject): TemporaryProject {
  const copy = laidOut(mkdtempSync(join(tmpdir(), "gpu-fleet-planner-")));
  cpSync(original.folder, copy.folder, { recursive: true, verbatimSymlinks: true });
  return copy;
}

export const remove = ({ folder }: TemporaryProject): void => rmSync(folder, { recursive: true, force: true });

function laidOut(folder: string): TemporaryProject {
  const home = join(folder, "home");
  return {
    folder,
    project: join(folder, "project"),
    home,
    environment: {
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${process.platform === "win32" ? "/" : ""}${join(folder, "state").replaceAll("\\", "/")}`,
      PULUMI_CONFIG_PASSPHRASE: "preview",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    },
  };
}

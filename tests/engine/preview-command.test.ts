import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standInProvider } from "../../tools/engine/cli.ts";
import { pluginFolderName, requiredPlugins } from "../../tools/preview/plugins.ts";
import { engine } from "./fixtures/engine.ts";

const root = new URL("../../", import.meta.url);
const stacks = new URL("stacks/", root);
const run = promisify(execFile);

describe.skipIf(engine.missing !== undefined)("npm run preview with the Pulumi CLI on PATH", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "gpu-fleet-planner-home-"));
    for (const plugin of requiredPlugins(root)) {
      const folder = join(home, "plugins", pluginFolderName(plugin));
      mkdirSync(folder, { recursive: true });
      symlinkSync(standInProvider(plugin.name), join(folder, `pulumi-resource-${plugin.name}`));
    }
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const preview = (args: readonly string[], pulumiHome: string) =>
    run(process.execPath, [fileURLToPath(new URL("tools/preview.ts", root)), ...args], {
      cwd: root,
      env: {
        ...process.env,
        NO_COLOR: "1",
        PULUMI_HOME: pulumiHome,
        PATH: [engine.folder ?? "", dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      },
    });
  /** Pulumi writes into a stack's config, and the Kubernetes provider into folders. */
  const workingTree = (): unknown => [
    readdirSync(root),
    readdirSync(stacks).map((name) => [name, readFileSync(new URL(name, stacks), "utf8")]),
  ];

  test("the real engine previews the demo in a copy, and the working tree stays as it was", async () => {
    const before = workingTree();
    const { stdout, stderr } = await preview([], home);
    expect(stderr).toBe("");
    expect(stdout).toContain("Previewing update (demo)");
    expect(stdout).toMatch(/gpu-fleet-planner:index:CostReport acme-demo create/);
    expect(stdout).toMatch(/\+ \d+ to create/);
    expect(stdout).toMatch(/usdPerMonth +: \d+/);
    expect(stdout).toContain("The Pulumi CLI ran index.ts in a temporary copy");
    expect(workingTree()).toEqual(before);
  });

  test("--in-process keeps the engine out of it", async () => {
    const { stdout } = await preview(["--in-process"], home);
    expect(stdout).toContain("index.ts ran in this process");
    expect(stdout).toContain("Previewing create (demo)");
  });

  test("without the providers' plugins it runs in this process and says in one line why", async () => {
    const { stdout } = await preview([], join(home, "empty"));
    const last = stdout.trimEnd().split("\n").at(-1);
    expect(last).toMatch(
      /^index\.ts ran in this process: .* The Pulumi CLI is here without its plugins aws [\d.]+, gcp [\d.]+, kubernetes [\d.]+: `pulumi install` fetches them\.$/,
    );
  });
});

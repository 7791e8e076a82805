import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const run = promisify(execFile);

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in a process of its own: Pulumi's runtime and the module cache are global to a process. */
async function node(script: string, args: readonly string[] = [], directory: URL | string = root): Promise<Finished> {
  try {
    const { stdout, stderr } = await run(process.execPath, [script, ...args], {
      cwd: directory,
      env: { ...process.env, NO_COLOR: "1", PATH: "" },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Finished;
    return { code, stdout, stderr };
  }
}

test("index.ts is a page that one reads at a glance", () => {
  expect(readFileSync(new URL("index.ts", root), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});

describe("the preview of the demo", () => {
  let preview: Finished;
  beforeAll(async () => {
    preview = await node("tools/preview.ts");
  });

  test("works without an account, a cluster or the Pulumi CLI, and says how it ran", () => {
    expect(preview.stderr).toBe("");
    expect(preview.code).toBe(0);
    expect(preview.stdout).toContain("index.ts ran in this process");
    expect(preview.stdout).toContain("There is no Pulumi CLI on PATH");
  });

  test("shows each pool of the tree with its price, and the prices add up to the headline", () => {
    const dollars = (text: string): number => Math.round(Number(text.replaceAll(/[$,]/g, "")) * 100);
    const prices = [
      ...preview.stdout.matchAll(/index:NodePool .*?(\$[\d,.]+)\/month {2}\(\d+ nodes? at \$[\d.]+\/hour as of \d{4}-\d{2}-\d{2}\)/g),
    ].map(([, price = ""]) => dollars(price));
    const [, total = ""] = /index:CostReport .*?(\$[\d,.]+)\/month/.exec(preview.stdout) ?? [];
    expect(prices.length).toBe(preview.stdout.match(/index:NodePool /g)?.length);
    expect(prices.length).toBeGreaterThan(3);
    expect(prices.reduce((a, b) => a + b, 0)).toBe(dollars(total));
    expect(preview.stdout).toContain(`${total} a month`);
  });

  test("makes the resources under the names that a reviewer last agreed to", async () => {
    const tree = preview.stdout.split("\n").filter((line) => line.startsWith(" +  "));
    const names = tree.map((line) =>
      line
        .replace(/ {2,}\$.*$/, "")
        .replace(/^ \+ +[│├└─ ]*/u, "")
        .replace(/ +/, " "),
    );
    await expect(`${names.toSorted().join("\n")}\n`).toMatchFileSnapshot("goldens/demo-resources.txt");
  });

  test("makes pools in both clouds", () => {
    expect(preview.stdout).toContain("aws:eks/nodeGroup:NodeGroup");
    expect(preview.stdout).toContain("gcp:container/nodePool:NodePool");
  });

  test("ends with every promised output", () => {
    const outputs = preview.stdout.slice(preview.stdout.indexOf("Outputs:"));
    const names = ["currency", "endpoints", "planSha256", "pricesAsOf", "usdPerHour", "usdPerMillionTokensByWorkload", "usdPerMonth"];
    const breakdowns = ["Workload", "Pool", "Market", "Cloud", "CostCenter"].map((by) => `usdPerMonthBy${by}`);
    for (const name of [...names, ...breakdowns]) expect(outputs).toMatch(new RegExp(`^ {4}${name} *: `, "m"));
  });

  test("writes nothing into the working tree", () => {
    expect(existsSync(new URL("rendered", root))).toBe(false);
  });
});

test("the dev stack previews too", async () => {
  const { code, stdout, stderr } = await node("tools/preview.ts", ["dev"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("playground");
});

test("a stack that is not there is one line and exit code 2", async () => {
  expect(await node("tools/preview.ts", ["nope"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "nope: there is no such stack; there are demo, dev, example-eks, example-gke\n",
  });
});

test.each([
  [["--help"], "--help"],
  [["demo", "extra"], "extra"],
])("preview with %j is answered with how it is used", async (argv, unknown) => {
  expect(await node("tools/preview.ts", argv)).toEqual({
    code: 2,
    stdout: "",
    stderr: `${unknown}: npm run preview -- [stack] [--in-process]\n`,
  });
});

test("the preview warns of old spot prices, as plan does", async () => {
  const { stdout } = await node("tools/preview.ts", ["demo", "--in-process"]);
  expect(stdout).toMatch(/spot price is \d+ days old \(as of \d{4}-\d{2}-\d{2}, limit 30 days\)/);
});

test("the program loads single resource classes, not whole provider SDKs", async () => {
  const { stdout } = await node("tools/preview/startup.ts");
  const { providerModules } = JSON.parse(stdout) as { providerModules: number };
  expect(providerModules).toBeGreaterThan(10);
  expect(providerModules).toBeLessThanOrEqual(24);
});

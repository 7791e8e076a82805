import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engine } from "./fixtures/engine.ts";
import { EngineStack, type Finished, removal } from "./fixtures/engineStack.ts";

const root = new URL("../../", import.meta.url);

/** A program that says how it was started, instead of the real one. */
const reporter = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
export const execArgv = process.execArgv;
export const directory = process.cwd();
export const token = config.get("huggingFaceToken");
export const clusters = config.getObject("clusters");
`;

const token = "hf_abcdefghijklmnopqrstuvwxyz012345";

test("a node that cannot run the program says so in one line", async () => {
  const old = promisify(execFile)(process.execPath, ["--no-strip-types", "--import", "./tools/compile-cache.js", "index.ts"], {
    cwd: root,
  });
  const { code, stderr } = await old.then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Node [\d.]+ does not run TypeScript: Node 22\.18 or newer must come first on PATH, .*\n$/);
});

describe.skipIf(engine.missing !== undefined)("Pulumi.yaml means what it says", () => {
  let untouched: EngineStack;
  const copies: EngineStack[] = [];
  beforeAll(async () => {
    untouched = await EngineStack.create("dev");
  }, 60_000);
  afterAll(() => {
    for (const stack of [untouched, ...copies]) stack.remove();
  }, removal);

  function copy(program?: string): EngineStack {
    const stack = untouched.copy();
    copies.push(stack);
    if (program !== undefined) stack.write("index.ts", program);
    return stack;
  }

  async function outputsOf(stack: EngineStack): Promise<Record<string, unknown>> {
    await stack.up();
    return JSON.parse((await stack.done(["stack", "output", "--json", "--show-secrets"])).stdout) as Record<string, unknown>;
  }

  test("the arguments for node reach node, and the program runs in the project's folder wherever pulumi was called", async () => {
    const stack = copy(reporter);
    const { code } = await stack.run(["up", "--yes", "--skip-preview"], { folder: "stacks" });
    expect(code).toBe(0);
    const outputs = JSON.parse((await stack.done(["stack", "output", "--json"])).stdout) as Record<string, unknown>;
    expect(outputs.execArgv).toEqual(["--max-semi-space-size=4", "--import", "./tools/compile-cache.js"]);
    expect(String(outputs.directory)).toMatch(/project$/);
  });

  test("a stack without a token runs: the default is empty", async () => {
    expect(await outputsOf(copy(reporter))).toMatchObject({ token: "" });
  });

  test("objects of the stack's config arrive as objects", async () => {
    expect(await outputsOf(copy(reporter))).toMatchObject({ clusters: { dev: { clusterName: "dev" } } });
  });

  test.each([
    ["clusters", "just-text", /clusters.*must be of type 'object'|clusters.*object/],
    ["tags", "just-text", /tags.*object/],
  ])("config of the wrong type is refused before the program runs: %s", async (key, value, message) => {
    const stack = copy("throw new Error('the program ran');");
    await stack.done(["config", "set", key, value]);
    const { code, stdout, stderr } = await stack.run(["preview"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(message);
    expect(stdout + stderr).not.toContain("the program ran");
  });

  test("a resource without an explicit provider is an error, not a resource in whatever account is at hand", async () => {
    const stack = copy(`import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";\nnew LaunchTemplate("stray", {});\n`);
    const { code, stdout }: Finished = await stack.run(["preview"]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("Default provider for 'aws' disabled");
  });

  test("a wrong passphrase is said in a line, and nothing is made", async () => {
    const stack = copy();
    await stack.done(["config", "set", "--secret", "huggingFaceToken", token]);
    const { code, stdout, stderr } = await stack.run(["up", "--yes", "--skip-preview"], {
      environment: { PULUMI_CONFIG_PASSPHRASE: "another one" },
    });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^error: .*incorrect passphrase\n$/m);
    expect(stdout + stderr).not.toMatch(/\n\s+at |hf_/);
    expect(stack.journal()).toEqual([]);
  });

  test("a token stays secret: encrypted in config and state, hidden in the preview, and it reaches the cluster's secret", async () => {
    const stack = copy();
    stack.edit("stacks/dev.fleet.yaml", "workloads:", "defaults: { weights: { tokenSecret: hf-token } }\nworkloads:");
    await stack.done(["config", "set", "--secret", "huggingFaceToken", token]);
    const preview = await stack.done(["preview", "--json"]);
    await stack.up();
    const state = (await stack.done(["stack", "export"])).stdout;
    expect(state).toContain("kubernetes:core/v1:Secret::dev-hf-token");
    for (const text of [stack.read("stacks/Pulumi.dev.yaml"), preview.stdout, state]) expect(text).not.toContain(token);
    expect((await stack.done(["stack", "export", "--show-secrets"])).stdout).toContain(token);
  });
});

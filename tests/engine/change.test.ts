import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../tools/engine/providers/journal.ts";
import { engine } from "./fixtures/engine.ts";
import { EngineStack, removal, shortUrn } from "./fixtures/engineStack.ts";

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const spec = "stacks/small.fleet.yaml";
const config = "stacks/Pulumi.small.yaml";

describe.skipIf(engine.missing !== undefined)("a small fleet that runs", () => {
  let deployed: EngineStack;
  const copies: EngineStack[] = [];
  beforeAll(async () => {
    deployed = await EngineStack.create("small", { [spec]: fixture("small.fleet.yaml"), [config]: fixture("Pulumi.small.yaml") });
    await deployed.up();
  }, 120_000);
  afterAll(() => {
    for (const stack of [deployed, ...copies]) stack.remove();
  }, removal);

  function copy(): EngineStack {
    const stack = deployed.copy();
    copies.push(stack);
    return stack;
  }

  /** What an `up` changes, as `operation type::name` in order. */
  async function changesOf(stack: EngineStack): Promise<string[]> {
    const before = stack.journal().length;
    await stack.up();
    return stack
      .journal()
      .slice(before)
      .map(({ operation, urn }: JournalEntry) => `${operation} ${shortUrn(urn)}`);
  }

  test("more traffic: the diff shows the pool that grows and the old and the new cost", async () => {
    const stack = copy();
    stack.edit(spec, "qps: 4", "qps: 12");
    const { stdout } = await stack.done(["preview", "--diff"]);
    const report = stdout.slice(stdout.indexOf("gpu-fleet-planner:index:CostReport: (update)"));
    const [, old = "", now = ""] = /~ usdPerMonth +: ([\d.]+) => ([\d.]+)/.exec(report) ?? [];
    expect(Number(now)).toBeGreaterThan(Number(old));
    expect(report).toMatch(/~ usdPerMonthByPool +: \{\s+~ use1-g6-xlarge-on-demand: [\d.]+ => [\d.]+/);
    expect(stdout).toMatch(/~ gpu-fleet-planner:index:NodePool: \(update\)[\s\S]*?~ nodes +: \d+ => \d+/);
    expect(stdout).toMatch(/~ aws:eks\/nodeGroup:NodeGroup: \(update\)[\s\S]*?~ scalingConfig: \{\s+~ desiredSize: \d+ => \d+/);
  });

  test("another instance type: the new pool comes, the Deployments move, then the old pool goes", async () => {
    const stack = copy();
    stack.edit(spec, "g6.xlarge", "g5.xlarge");
    const changes = await changesOf(stack);
    const at = (pattern: RegExp): { first: number; last: number } => ({
      first: changes.findIndex((change) => pattern.test(change)),
      last: changes.findLastIndex((change) => pattern.test(change)),
    });
    const newPool = at(/^create aws:eks\/nodeGroup:NodeGroup::use1-g5/);
    const newDeployments = at(/^create kubernetes:apps\/v1:Deployment::.*a10g/);
    const oldDeployments = at(/^delete kubernetes:apps\/v1:Deployment::.*l4/);
    const oldPool = at(/^delete aws:eks\/nodeGroup:NodeGroup::use1-g6/);
    expect(newPool.first).toBeGreaterThanOrEqual(0);
    expect(newDeployments.first).toBeGreaterThan(newPool.last);
    expect(oldDeployments.first).toBeGreaterThan(newDeployments.last);
    expect(oldPool.first).toBeGreaterThan(oldDeployments.last);
    expect(changes.filter((change) => /Service::|Namespace::|PodDisruptionBudget::/.test(change))).toEqual([]);
  });

  test("an input that cannot be changed in place: the replacement of a pool comes before the old one goes", async () => {
    const stack = copy();
    stack.edit(config, "role/small-gpu-nodes", "role/other-gpu-nodes");
    const { stdout } = await stack.done(["preview", "--diff"]);
    expect(stdout).toMatch(
      /\+-aws:eks\/nodeGroup:NodeGroup: \(replace\)[\s\S]*?~ nodeRoleArn: "[^"]*small-gpu-nodes" => "[^"]*other-gpu-nodes"/,
    );
    const pool = "aws:eks/nodeGroup:NodeGroup::use1-g6-xlarge-on-demand";
    expect(await changesOf(stack)).toEqual([`create ${pool}`, `delete ${pool}`]);
  });

  test("other tags on the nodes are a new version of the launch template, and the pool follows it", async () => {
    const stack = copy();
    stack.edit(config, "gpu-fleet-planner:clusters:", "gpu-fleet-planner:tags: { team: search }\n  gpu-fleet-planner:clusters:");
    const changes = (await changesOf(stack)).filter((change) => change.includes("aws:"));
    expect(changes).toEqual([
      "update aws:ec2/launchTemplate:LaunchTemplate::use1-g6-xlarge-on-demand",
      "update aws:eks/nodeGroup:NodeGroup::use1-g6-xlarge-on-demand",
    ]);
  });

  test("without one of its workloads nothing of the other is touched", async () => {
    const stack = copy();
    const text = stack.read(spec);
    stack.write(spec, text.slice(0, text.indexOf("  - name: extraction")));
    const changes = await changesOf(stack);
    const gone = changes.filter((change) => change.startsWith("delete "));
    expect(gone.length).toBeGreaterThanOrEqual(5);
    expect(gone.filter((change) => !change.includes("::extraction"))).toEqual([]);
    expect(changes.filter((change) => !gone.includes(change))).toEqual([]);
    // Its nodes go when its replicas have gone.
    expect(await changesOf(stack)).toEqual(["update aws:eks/nodeGroup:NodeGroup::use1-g6-xlarge-on-demand"]);
  });

  test("a mistake in the spec is one line with its place, and nothing that runs is touched", async () => {
    const stack = copy();
    stack.edit(spec, "Qwen/Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2506");
    const before = stack.journal();
    const { code, stdout } = await stack.run(["up", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    const lines = stdout.split("\n").filter((line) => line.includes(spec));
    expect(new Set(lines.map((line) => line.slice(line.indexOf(spec))))).toHaveLength(1);
    expect(lines[0]).toMatch(/stacks\/small\.fleet\.yaml:7:5 workloads\[0\]\.model: .*2506.*; did you mean .*2507/);
    expect(stdout).not.toMatch(/^ +at /m);
    expect(stack.journal()).toEqual(before);
    expect(await stack.urns()).toEqual(await deployed.urns());
  });
});

describe.skipIf(engine.missing !== undefined)("a stack that was never deployed", () => {
  test("with a mistake in its spec makes nothing", async () => {
    const text = fixture("small.fleet.yaml").replace("precision: bf16", "precision: bf61");
    const stack = await EngineStack.create("small", { [spec]: text, [config]: fixture("Pulumi.small.yaml") });
    try {
      const { code, stdout } = await stack.run(["up", "--yes", "--skip-preview"]);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/stacks\/small\.fleet\.yaml:8:5 workloads\[0\]\.precision: .*bf61/);
      expect(stack.journal()).toEqual([]);
    } finally {
      stack.remove();
    }
  });

  test("goes on where an up was interrupted", async () => {
    const stack = await EngineStack.create("small", { [spec]: fixture("small.fleet.yaml"), [config]: fixture("Pulumi.small.yaml") });
    try {
      const pool = "aws:eks/nodeGroup:NodeGroup::use1-g6-xlarge-on-demand";
      await stack.interruptUp(pool);
      const kept = await stack.urns();
      expect(kept.map(shortUrn)).toContain("aws:ec2/launchTemplate:LaunchTemplate::use1-g6-xlarge-on-demand");
      expect(kept.map(shortUrn)).not.toContain(pool);
      const before = stack.journal().length;
      await stack.up();
      const createdNow = stack
        .journal()
        .slice(before)
        .map(({ urn }) => urn);
      expect(createdNow.map(shortUrn)).toContain(pool);
      expect(createdNow.filter((urn) => kept.includes(urn))).toEqual([]);
      await stack.done(["preview", "--expect-no-changes"]);
    } finally {
      stack.remove();
    }
  });
});

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engine } from "./fixtures/engine.ts";
import { EngineStack, removal, shortUrn } from "./fixtures/engineStack.ts";

const config = readFileSync(new URL("fixtures/Pulumi.small.yaml", import.meta.url), "utf8");
const spec = `
fleet: hosts
clusters: [{ name: use1, cloud: aws, region: us-east-1 }]
markets: [on-demand]
instances: { allow: [c7i.xlarge, g6.xlarge] }
workloads:
  - { name: faq, model: BAAI/bge-small-en-v1.5, precision: auto, qps: 2, averageContext: 64 }
`;

describe.skipIf(engine.missing !== undefined)("a fleet without GPUs on the real engine", () => {
  let stack: EngineStack;
  beforeAll(async () => {
    stack = await EngineStack.create("hosts", { "stacks/hosts.fleet.yaml": spec, "stacks/Pulumi.hosts.yaml": config });
    await stack.up();
  }, 240_000);
  afterAll(() => stack.remove(), removal);

  test("goes up by inputs that the providers' schemas take, and stays as it is in the next preview", async () => {
    const made = stack.journal().map(({ operation, urn }) => `${operation} ${shortUrn(urn)}`);
    expect(made.join("\n")).toMatch(/create aws:eks\/nodeGroup:NodeGroup::use1-c7i-xlarge-on-demand/);
    expect(made.join("\n")).toMatch(/create kubernetes:apps\/v1:Deployment::faq-sapphire-rapids-4vcpu-fp32/);
    const { stdout } = await stack.done(["preview", "--diff"]);
    expect(stdout).not.toMatch(/\((create|update|delete|replace)\)/);
  });

  test("moves to GPUs by new pods before the old nodes go", { timeout: 240_000 }, async () => {
    const before = stack.journal().length;
    stack.edit("stacks/hosts.fleet.yaml", "averageContext: 64 }", "averageContext: 64, devices: [gpu] }");
    await stack.up();
    const changes = stack
      .journal()
      .slice(before)
      .map(({ operation, urn }) => `${operation} ${shortUrn(urn)}`);
    const place = (pattern: RegExp): number => changes.findIndex((change) => pattern.test(change));
    const comes = place(/^create kubernetes:apps\/v1:Deployment::faq-l4/);
    const goes = place(/^delete aws:eks\/nodeGroup:NodeGroup::use1-c7i/);
    expect(comes).toBeGreaterThanOrEqual(0);
    expect(goes).toBeGreaterThan(comes);
  });
});

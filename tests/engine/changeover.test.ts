import { afterAll, describe, expect, test } from "vitest";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { engine } from "./fixtures/engine.ts";
import { EngineStack, removal, shortUrn } from "./fixtures/engineStack.ts";
import { movableFleet } from "./fixtures/movable-fleet.ts";
import { gapsBetween, pendingAfter } from "./fixtures/serving.ts";

/** The program of index.ts with a plan from a file instead of one that is made. */
const program = `
import { readFileSync } from "node:fs";
import { loadCatalog } from "./catalog/load.ts";
import { deployPlan } from "./components/deployPlan.ts";
import { asRunError, runError } from "./components/runError.ts";
import { readStackConfig } from "./components/stackConfig.ts";

const { config, findings } = await readStackConfig();
if (findings.length > 0) throw runError(findings);
const plan = JSON.parse(readFileSync("plan.json", "utf8"));
export const { deployed, planSha256 } = await deployPlan({ plan, catalog: loadCatalog().catalog, notes: [] }, config).catch((error) => {
  throw asRunError(error);
});
`;

const config = `config:
  pulumi:disable-default-providers: ["*"]
  aws:accessKey: AKIDEMODEMODEMODEMO0
  aws:secretKey: demo
  gpu-fleet-planner:clusters:
    use1:
      clusterName: moving
      renderYamlToDirectory: rendered
      nodeRoleArn: arn:aws:iam::123456789012:role/gpu-nodes
      subnetIdsByZone: { us-east-1a: subnet-0moving000000001 }
    rack:
      renderYamlToDirectory: rendered
`;

const stacks: EngineStack[] = [];
afterAll(() => {
  for (const stack of stacks) stack.remove();
}, removal);

async function running(plan: FleetPlan, mode = "extra-nodes"): Promise<EngineStack> {
  const stackConfig = `${config}  gpu-fleet-planner:changeover: ${mode}\n`;
  const stack = await EngineStack.create("moving", {
    "index.ts": program,
    "plan.json": JSON.stringify(plan),
    "stacks/Pulumi.moving.yaml": stackConfig,
  });
  stacks.push(stack);
  await stack.up();
  expect(pendingAfter(stack.journal())).toBe(0);
  return stack;
}

interface Up {
  readonly changes: readonly string[];
  readonly gaps: readonly string[];
  readonly stdout: string;
}

/** An `up` to the plan, and what it did to the cluster. */
async function upTo(stack: EngineStack, plan: FleetPlan): Promise<Up> {
  const before = stack.journal();
  stack.write("plan.json", JSON.stringify(plan));
  const { stdout } = await stack.up();
  const entries = stack.journal().slice(before.length);
  return { changes: entries.map(({ operation, urn }) => `${operation} ${shortUrn(urn)}`), gaps: gapsBetween(before, entries), stdout };
}

/** Nodes of a pool as its node group was last asked for. */
function nodesOf(stack: EngineStack, pool: string): number {
  const entry = stack.journal().findLast(({ urn, change }) => urn.endsWith(`NodeGroup::${pool}`) && change?.kind === "nodes");
  return entry?.change?.kind === "nodes" ? entry.change.nodes : 0;
}

const l4 = "use1-g6-12xlarge-on-demand";
const a10g = "use1-g5-12xlarge-on-demand";

describe.skipIf(engine.missing !== undefined)("a change of plan goes through, and requests are served all the while", () => {
  test("another layout on a pool that is full: nodes for both, and without them when the next up is through", async () => {
    const now = movableFleet({ "g6-12xlarge-on-demand": 2 }, { chat: [["g6-12xlarge-on-demand", 4, 2]] });
    const stack = await running(movableFleet({ "g6-12xlarge-on-demand": 2 }, { chat: [["g6-12xlarge-on-demand", 2, 4]] }));
    const first = await upTo(stack, now);
    expect(first.gaps).toEqual([]);
    expect(first.changes.filter((change) => /NodeGroup|Deployment/.test(change))).toEqual([
      `update aws:eks/nodeGroup:NodeGroup::${l4}`,
      `create kubernetes:apps/v1:Deployment::chat-tp4-${l4}`,
      `delete kubernetes:apps/v1:Deployment::chat-tp2-${l4}`,
    ]);
    expect(nodesOf(stack, l4)).toBe(4);
    expect(first.stdout).toMatch(/keeps 2 nodes more than planned \(\$8\.0000 an hour\).*run `pulumi up` once more/);

    const preview = await stack.done(["preview", "--diff"]);
    expect(preview.stdout).toMatch(/~ changeoverUsdPerHour *: 8 => 0/);
    const second = await upTo(stack, now);
    expect(second).toMatchObject({ gaps: [], changes: [`update aws:eks/nodeGroup:NodeGroup::${l4}`] });
    expect(second.stdout).not.toContain("warning");
    expect(nodesOf(stack, l4)).toBe(2);
    expect(pendingAfter(stack.journal())).toBe(0);
    await stack.done(["preview", "--expect-no-changes"]);
  });

  test("two workloads that change places", async () => {
    const nodes = { "g6-12xlarge-on-demand": 1, "g5-12xlarge-on-demand": 1 };
    const stack = await running(
      movableFleet(nodes, { chat: [["g6-12xlarge-on-demand", 2, 2]], search: [["g5-12xlarge-on-demand", 4, 1]] }),
    );
    const now = movableFleet(nodes, { chat: [["g5-12xlarge-on-demand", 2, 2]], search: [["g6-12xlarge-on-demand", 4, 1]] });
    expect((await upTo(stack, now)).gaps).toEqual([]);
    expect([l4, a10g].map((pool) => nodesOf(stack, pool))).toEqual([2, 2]);
    await upTo(stack, now);
    expect([l4, a10g].map((pool) => nodesOf(stack, pool))).toEqual([1, 1]);
    expect(pendingAfter(stack.journal())).toBe(0);
  });

  test("a pool that others stay in does not shrink before the workload that leaves it serves elsewhere", async () => {
    const stack = await running(
      movableFleet({ "g6-12xlarge-on-demand": 2 }, { chat: [["g6-12xlarge-on-demand", 4, 1]], search: [["g6-12xlarge-on-demand", 2, 2]] }),
    );
    const now = movableFleet(
      { "g6-12xlarge-on-demand": 1, "g5-12xlarge-on-demand": 1 },
      { chat: [["g5-12xlarge-on-demand", 4, 1]], search: [["g6-12xlarge-on-demand", 2, 2]] },
    );
    expect((await upTo(stack, now)).gaps).toEqual([]);
    expect(nodesOf(stack, l4)).toBe(2);
    await upTo(stack, now);
    expect(nodesOf(stack, l4)).toBe(1);
    expect(pendingAfter(stack.journal())).toBe(0);
  });

  test("a workload that moves to spot is waited for; one that starts on spot is not", async () => {
    const stack = await running(movableFleet({ "g6-12xlarge-on-demand": 1 }, { chat: [["g6-12xlarge-on-demand", 2, 2]] }));
    const now = movableFleet({ "g6-12xlarge-spot-a": 2 }, { chat: [["g6-12xlarge-spot-a", 2, 2]], digest: [["g6-12xlarge-spot-a", 4, 1]] });
    expect((await upTo(stack, now)).gaps).toEqual([]);
    const awaited = stack.journal().flatMap(({ urn, change }) => (change?.kind === "replicas" ? [[shortUrn(urn), change.awaited]] : []));
    expect(Object.fromEntries(awaited.slice(1))).toEqual({
      "kubernetes:apps/v1:Deployment::chat-tp2-use1-g6-12xlarge-spot-a": true,
      "kubernetes:apps/v1:Deployment::digest-tp4-use1-g6-12xlarge-spot-a": false,
    });
  });

  test("a workload that takes the place of one that is given up buys no nodes, and nobody waits for it in vain", async () => {
    const stack = await running(movableFleet({ "g6-12xlarge-on-demand": 1 }, { chat: [["g6-12xlarge-on-demand", 2, 2]] }));
    const now = movableFleet({ "g6-12xlarge-on-demand": 1 }, { search: [["g6-12xlarge-on-demand", 4, 1]] });
    const { stdout } = await upTo(stack, now);
    expect(nodesOf(stack, l4)).toBe(1);
    expect(stdout).toContain("workloads.search: new replicas start when others have gone");
    expect(pendingAfter(stack.journal())).toBe(0);
    await upTo(stack, now);
    await stack.done(["preview", "--expect-no-changes"]);
  });

  test("an up that was interrupted on the way goes on with the same nodes", async () => {
    const now = movableFleet({ "g6-12xlarge-on-demand": 1 }, { chat: [["g6-12xlarge-on-demand", 4, 1]] });
    const stack = await running(movableFleet({ "g6-12xlarge-on-demand": 1 }, { chat: [["g6-12xlarge-on-demand", 2, 2]] }));
    const before = stack.journal();
    stack.write("plan.json", JSON.stringify(now));
    await stack.interruptUp(`Deployment::chat-tp4-${l4}`);
    await stack.up();
    expect(gapsBetween(before, stack.journal().slice(before.length))).toEqual([]);
    expect(nodesOf(stack, l4)).toBe(2);
    await stack.up();
    expect(nodesOf(stack, l4)).toBe(1);
    expect(pendingAfter(stack.journal())).toBe(0);
  });
});

describe.skipIf(engine.missing !== undefined)("where no nodes can be added the change goes through with a gap that is announced", () => {
  test.each([
    ["by the stack's config", "g6-12xlarge-on-demand", "in-place"],
    ["in a rack", "rack", "extra-nodes"],
  ] as const)("%s", async (_, kind, mode) => {
    const stack = await running(movableFleet({ [kind]: 1 }, { chat: [[kind, 2, 2]] }), mode);
    const now = movableFleet({ [kind]: 1 }, { chat: [[kind, 4, 1]] });
    const { stdout, changes } = await upTo(stack, now);
    expect(stdout).toContain("workloads.chat: old replicas go before all new ones can start");
    expect(changes.filter((change) => change.includes("NodeGroup"))).toEqual([]);
    expect(pendingAfter(stack.journal())).toBe(0);
  });
});

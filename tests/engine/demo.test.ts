import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { FleetPlan } from "../../planner/index.ts";
import { unknownValue } from "../../tools/engine/providers/checkInputs.ts";
import { type Preview, previewInProcess } from "../../tools/preview/inProcess.ts";
import { engine } from "./fixtures/engine.ts";
import { type Digest, EngineStack, type Finished, removal } from "./fixtures/engineStack.ts";

const root = new URL("../../", import.meta.url);

/** The life of the demo, once: each test looks at one part of what happened. */
interface Story {
  readonly stack: EngineStack;
  readonly preview: Digest;
  readonly up: Finished;
  readonly again: Finished;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly urnsAfterUp: readonly string[];
  readonly destroyed: { readonly journal: ReturnType<EngineStack["journal"]>; readonly urns: readonly string[] };
}

async function live(): Promise<Story> {
  const stack = await EngineStack.create("demo");
  const preview = withoutReads(await stack.digest());
  const up = await stack.up();
  const again = await stack.done(["preview", "--expect-no-changes"]);
  const outputs = JSON.parse((await stack.done(["stack", "output", "--json"])).stdout) as Record<string, unknown>;
  const urnsAfterUp = (await stack.urns()).filter((urn) => !isRead(urn));
  await stack.done(["destroy", "--yes", "--skip-preview"]);
  return { stack, preview, up, again, outputs, urnsAfterUp, destroyed: { journal: stack.journal(), urns: await stack.urns() } };
}

describe.skipIf(engine.missing !== undefined)("the demo on the real engine", () => {
  let story: Story;
  let inProcess: Preview;
  beforeAll(async () => {
    // The Kubernetes SDK puts this variable into its provider's inputs; the engine runs without it.
    vi.stubEnv("KUBECONFIG", undefined);
    inProcess = await previewInProcess(root, "demo");
    story = await live();
  }, 180_000);
  afterAll(() => story.stack.remove(), removal);

  test("a preview of an empty state creates everything, under the URNs that a reviewer last agreed to", async () => {
    expect(new Set(story.preview.steps.map(({ op }) => op))).toEqual(new Set(["create"]));
    const urns = story.preview.steps.map(({ urn }) => urn).toSorted();
    // A fleet that is planned otherwise has other names: npx vitest run tests/engine/demo.test.ts -u
    await expect(`${urns.join("\n")}\n`).toMatchFileSnapshot("goldens/demo-urns.txt");
  });

  test("the in-process preview registers the same URNs with the same inputs", () => {
    const engineSide = new Map(story.preview.steps.map(({ urn, newState }) => [urn, withoutEngineInputs(newState?.inputs ?? {})]));
    const ours = new Map(inProcess.resources.map(({ urn, inputs }) => [urn, inputs]));
    expect([...ours.keys()].toSorted()).toEqual([...engineSide.keys()].toSorted());
    for (const [urn, inputs] of engineSide) expect(withUnknownsOf(inputs, ours.get(urn)), urn).toEqual(inputs);
  });

  test("the preview's JSON carries the cost of the whole and of each pool", () => {
    const report = story.preview.steps.find(({ newState }) => newState?.type === "gpu-fleet-planner:index:CostReport");
    expect(report?.newState?.inputs).toMatchObject({ usdPerMonth: inProcess.plan.cost.usdPerMonth, currency: "USD" });
    const pools = story.preview.steps.filter(({ newState }) => newState?.type === "gpu-fleet-planner:index:NodePool");
    const cents = pools.map(({ newState }) => Math.round(Number(newState?.inputs?.usdPerMonth) * 100)).reduce((a, b) => a + b, 0);
    expect(cents).toBe(Math.round(inProcess.plan.cost.usdPerMonth * 100));
  });

  test("up makes what the preview has promised", () => {
    expect(story.up.stdout).toContain(`+ ${story.preview.steps.length} created`);
    expect(story.urnsAfterUp.toSorted()).toEqual(story.preview.steps.map(({ urn }) => urn).toSorted());
  });

  test("a second preview finds nothing to do", () => {
    expect(story.again.code).toBe(0);
    expect(story.again.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
  });

  test("finance reads the plan's figures from stack output --json", () => {
    const { cost } = inProcess.plan;
    const byPool = Object.fromEntries(Object.entries(cost.byPool).map(([name, { usdPerMonth }]) => [name, usdPerMonth]));
    expect(Object.keys(story.outputs).toSorted()).toEqual(
      [
        ...["currency", "deployed", "endpoints", "planSha256", "pricesAsOf", "usdPerHour", "usdPerMillionTokensByWorkload", "usdPerMonth"],
        ...["usdPerMonthByCloud", "usdPerMonthByCostCenter", "usdPerMonthByMarket", "usdPerMonthByPool", "usdPerMonthByWorkload"],
      ].toSorted(),
    );
    expect(story.outputs).toMatchObject({
      usdPerMonth: cost.usdPerMonth,
      usdPerHour: cost.usdPerHour,
      currency: "USD",
      usdPerMonthByPool: byPool,
    });
    expect(story.outputs.planSha256).toBe(inProcess.outputs.planSha256);
    expect(Object.keys(story.outputs.endpoints as object).toSorted()).toEqual(workloadNames(inProcess.plan));
  });

  test("destroy takes everything away, the node pools after the Deployments that ran on them", () => {
    const { journal, urns } = story.destroyed;
    expect(urns).toEqual([]);
    const of = (operation: string) => journal.flatMap((entry) => (entry.operation === operation ? [entry.urn] : []));
    expect(of("delete").toSorted()).toEqual(of("create").toSorted());
    const deleted = of("delete");
    const lastDeployment = deleted.findLastIndex((urn) => urn.includes("$kubernetes:apps/v1:Deployment::"));
    const firstPool = deleted.findIndex((urn) => /NodeGroup::|nodePool:NodePool::/.test(urn));
    expect(lastDeployment).toBeGreaterThanOrEqual(0);
    expect(firstPool).toBeGreaterThan(lastDeployment);
  });
});

const workloadNames = ({ workloads }: FleetPlan): string[] => workloads.map(({ name }) => name).toSorted();

/** The program asks the stack for its own outputs. */
const withoutReads = ({ steps, ...digest }: Digest): Digest => ({ ...digest, steps: steps.filter(({ op }) => op !== "read") });

const isRead = (urn: string): boolean => /::pulumi:(pulumi:StackReference|providers:pulumi)::/.test(urn);

type Inputs = Readonly<Record<string, unknown>>;

/** The engine adds its own to providers. */
function withoutEngineInputs({ __internal: _, version: __, ...inputs }: Inputs): Inputs {
  return inputs;
}

/** What is not known before `up` is known to the in-process preview, which makes it up. */
function withUnknownsOf(engineSide: unknown, ours: unknown): unknown {
  if (engineSide === unknownValue) return ours === undefined ? undefined : unknownValue;
  if (Array.isArray(ours)) return ours.map((member, index) => withUnknownsOf((engineSide as unknown[] | undefined)?.[index], member));
  if (typeof ours !== "object" || ours === null) return ours;
  return Object.fromEntries(
    Object.entries(ours).map(([key, member]) => [key, withUnknownsOf((engineSide as Inputs | undefined)?.[key], member)]),
  );
}

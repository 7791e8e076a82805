import { delimiter } from "node:path";
import process from "node:process";
import { describe, expect, onTestFinished, test } from "vitest";
import { initGit, runBlocks, shellBlocks } from "../program/fixtures/shell-blocks.ts";
import { engine } from "./fixtures/engine.ts";
import { EngineStack } from "./fixtures/engineStack.ts";

const blocks = shellBlocks("docs/deploy.md");
const forGke = (block: string): boolean => block.includes("STACK=gke");

describe.skipIf(engine.missing !== undefined)("docs/deploy.md, typed line by line from an empty account to an empty account", () => {
  test.each([
    ["EKS", blocks.filter((block) => !forGke(block)), "aws:eks/nodeGroup:NodeGroup"],
    ["GKE", blocks, "gcp:container/nodePool:NodePool"],
  ] as const)("%s", { timeout: 300_000 }, async (_, typed, pool) => {
    // The stand-ins know no credentials; the stacks of the documents take those of the environment.
    const stack = await EngineStack.create("unused");
    onTestFinished(() => stack.remove());
    initGit(stack.folder);
    const { PULUMI_STACK: __, ...environment } = stack.environment();
    const path = [environment.PATH, process.env.PATH].join(delimiter);
    const { code, output } = await runBlocks(typed, stack.folder, { ...environment, PATH: path, PULUMI_STACK: undefined });
    expect(code, output.split("\n").slice(-40).join("\n")).toBe(0);
    const pools = stack.journal().filter(({ urn }) => urn.includes(pool));
    expect(pools.map(({ operation }) => operation)).toEqual(expect.arrayContaining(["create", "delete"]));
  });
});

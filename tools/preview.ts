import { readdirSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { FleetPlan } from "../planner/index.ts";
import { findingText } from "../reports/finding-text.ts";
import { spotPriceDays, stalePrices } from "../reports/price-age.ts";
import { renderPlanTable } from "../reports/table.ts";
import { planOfStack, previewInProcess } from "./preview/inProcess.ts";
import { outputLines } from "./preview/outputs.ts";
import { cliObstacle, previewThroughCli } from "./preview/throughCli.ts";
import { resourceTree } from "./preview/tree.ts";

/**
 * `npm run preview -- [stack] [--in-process]`: what the Pulumi program would make, and what it costs. By the Pulumi CLI where it and its
 * plugins are installed; by the same program without an engine on a machine with nothing but Node.
 */
const root = new URL("../", import.meta.url);
const { values: flags, positionals } = parseArgs({
  options: { "in-process": { type: "boolean" } },
  allowPositionals: true,
  strict: false,
});
const stack = positionals[0] ?? "demo";

async function main(): Promise<void> {
  const unknown = [
    ...Object.keys(flags)
      .filter((flag) => flag !== "in-process")
      .map((flag) => `--${flag}`),
    ...positionals.slice(1),
  ];
  if (unknown.length > 0) throw new pulumi.RunError(`${unknown.join(" ")}: npm run preview -- [stack] [--in-process]`);
  const stacks = readdirSync(new URL("stacks", root)).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  if (!stacks.includes(stack)) throw new pulumi.RunError(`${stack}: there is no such stack; there are ${stacks.join(", ")}`);
  const obstacle = flags["in-process"] === true ? "" : cliObstacle(root, stack);
  if (obstacle !== null) return await showInProcess(obstacle);
  process.exitCode = await previewThroughCli(root, stack);
  if (process.exitCode !== 0) return;
  const { plan } = await planOfStack(root, stack);
  show([planTable(plan), "The Pulumi CLI ran index.ts in a temporary copy, as a stack that was never deployed: nothing was written here."]);
}

async function showInProcess(why: string): Promise<void> {
  const { resources, outputs, plan, notes } = await previewInProcess(root, stack);
  const howItRan = `index.ts ran in this process: no cloud was asked and nothing was written. ${why}`.trimEnd();
  show([
    `Previewing create (${stack})\n\n${resourceTree(resources)}`,
    planTable(plan),
    `Outputs:\n${outputLines(outputs)}`,
    `Resources:\n    + ${resources.length} to create`,
    [...notes.map(findingText), howItRan].join("\n"),
  ]);
}

function planTable(plan: FleetPlan): string {
  const { isTTY, columns } = process.stdout;
  const color = isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const prices = plan.pools.map(({ price, ...pool }) => ({ ...pool, asOf: price.asOf }));
  const warnings = stalePrices(prices, new Date().toISOString().slice(0, 10), spotPriceDays);
  return renderPlanTable(plan, { color, width: isTTY === true ? (columns ?? 80) : null, warnings }).trimEnd();
}

const show = (sections: readonly string[]): boolean => process.stdout.write(`${sections.join("\n\n")}\n`);

/** What is wrong with the input is said in a line for each finding. A stack is shown only for a mistake of the program. */
try {
  await main();
} catch (error) {
  const isInput: boolean = pulumi.RunError.isInstance(error);
  process.stderr.write(`${error instanceof Error ? (isInput ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = isInput ? 2 : 1;
}

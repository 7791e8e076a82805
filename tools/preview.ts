import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import * as pulumi from "@pulumi/pulumi";
import { renderPlanTable } from "../reports/table.ts";
import { previewInProcess } from "./preview/inProcess.ts";
import { outputLines } from "./preview/outputs.ts";
import { resourceTree } from "./preview/tree.ts";

/** `npm run preview [stack]`: what the Pulumi program would make, and what it costs, on a machine with nothing but Node. */
const root = new URL("../", import.meta.url);
const stack = process.argv[2] ?? "demo";

async function main(): Promise<void> {
  const stacks = readdirSync(new URL("stacks", root)).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  if (!stacks.includes(stack)) throw new pulumi.RunError(`${stack}: there is no such stack; there are ${stacks.join(", ")}`);
  const { resources, outputs, plan } = await previewInProcess(root, stack);
  const { isTTY, columns } = process.stdout;
  const color = isTTY === true && (process.env.NO_COLOR ?? "") === "";
  const sections = [
    `Previewing create (${stack})\n\n${resourceTree(resources)}`,
    renderPlanTable(plan, { color, width: isTTY === true ? (columns ?? 80) : null }).trimEnd(),
    `Outputs:\n${outputLines(outputs)}`,
    `Resources:\n    + ${resources.length} to create`,
    howItRan(),
  ];
  process.stdout.write(`${sections.join("\n\n")}\n`);
}

function howItRan(): string {
  const ran = "index.ts ran in this process: no cloud was asked and nothing was written.";
  return hasPulumi()
    ? `${ran} The Pulumi CLI is installed; previewing through it is not supported by this command yet: pulumi preview --stack ${stack}`
    : `${ran} There is no Pulumi CLI on PATH; with one, \`pulumi preview\` runs the same program.`;
}

const hasPulumi = (): boolean =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, process.platform === "win32" ? "pulumi.exe" : "pulumi")));

/** What is wrong with the input is said in a line for each finding. A stack is shown only for a mistake of the program. */
try {
  await main();
} catch (error) {
  const isInput: boolean = pulumi.RunError.isInstance(error);
  process.stderr.write(`${error instanceof Error ? (isInput ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = isInput ? 2 : 1;
}

import process from "node:process";
import { hasGo } from "../go-build.ts";
import { buildCli, builtCliFolder, isBuilt } from "./cli.ts";

/** `npm run engine`: the Pulumi CLI for tests/engine, built where that has not happened yet. */
if (isBuilt()) {
  process.stdout.write(`${builtCliFolder}pulumi is up to date\n`);
} else if (hasGo()) {
  process.stdout.write("Building the Pulumi CLI from Go modules: some minutes the first time\n");
  try {
    await buildCli();
    process.stdout.write(`Built ${builtCliFolder}pulumi\n`);
  } catch {
    // Go has said what is wrong.
    process.exitCode = 1;
  }
} else {
  process.stderr.write("The Pulumi CLI is built with Go 1.26 or newer, and there is no go on PATH\n");
  process.exitCode = 1;
}

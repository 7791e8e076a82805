import { createRequire } from "node:module";
import process from "node:process";
import { recordResources } from "../../components/testing.ts";
import { readStackFile } from "./stackFile.ts";

/**
 * Prints, as one line of JSON, what the Pulumi program takes to start: milliseconds from the start of node to the first resource that the
 * program registers (planning included), the peak memory in MiB, and how many modules of the provider SDKs were loaded.
 */
const root = new URL("../../", import.meta.url);
const { project, config, secretKeys } = readStackFile(root, process.argv[2] ?? "demo");
let firstResourceMs = 0;
await recordResources(() => import(new URL("index.ts", root).href), {
  project,
  config,
  secretKeys,
  onResource: ({ type }) => {
    if (firstResourceMs === 0 && type !== "pulumi:pulumi:Stack") firstResourceMs = Math.round(performance.now());
  },
});
const loaded = Object.keys(createRequire(import.meta.url).cache);
const providerModules = loaded.filter((path) => /@pulumi\/(aws|gcp|kubernetes)\//.test(path.replaceAll("\\", "/"))).length;
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ firstResourceMs, peakMiB, providerModules })}\n`);

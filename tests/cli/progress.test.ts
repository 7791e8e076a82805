import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedFleetSpec } from "../../bench/fleet-spec.ts";
import { gpufleet } from "./fixtures/run.ts";

test("past 200 workloads the terminal sees how far the plan is; a pipe and a small fleet see nothing, and the plan is the same", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gpufleet-progress-"));
  try {
    writeFileSync(join(directory, "large.fleet.yaml"), generatedFleetSpec(201, 1));
    writeFileSync(join(directory, "small.fleet.yaml"), generatedFleetSpec(3, 1));
    const plan = (spec: string, errTerminal: boolean) => gpufleet(["plan", spec, "--json"], { directory, errTerminal });
    const shown = await plan("large.fleet.yaml", true);
    const piped = await plan("large.fleet.yaml", false);
    expect(shown.err).toMatch(/planning 201 workloads: .* \d+ %/);
    expect(shown.err.endsWith("\r\u001b[K")).toBe(true);
    expect(piped.err).toBe("");
    expect(shown.out).toBe(piped.out);
    expect((await plan("small.fleet.yaml", true)).err).toBe("");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

const spec = (qps: number): string => `fleet: acme
catalogOverrides: missing.yaml
workloads:
  - { name: chat, model: Qwen/Qwen3-8B, precision: fp8, qps: ${qps}, averageContext: 1000 }
`;

test("overrides that are not there are said beside everything else that is wrong", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gpufleet-overrides-"));
  try {
    writeFileSync(join(directory, "acme.fleet.yaml"), spec(-1));
    const { code, out, err } = await gpufleet(["validate", "acme.fleet.yaml"], { directory });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.trimEnd().split("\n")).toEqual([
      "missing.yaml: there is no such file; catalogOverrides is relative to the spec",
      "acme.fleet.yaml:4:57 workloads[0].qps: expected a number of requests per second from 0 to 1,000,000, found -1",
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

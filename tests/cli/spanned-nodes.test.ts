import { describe, expect, test } from "vitest";
import { gpufleet } from "./fixtures/run.ts";

const spanning = ["--model", "deepseek-ai/DeepSeek-V3", "--precision", "bf16", "--tensor-parallel", "8", "--max-model-len", "16384"];
const answer = async (...argv: string[]) => JSON.parse((await gpufleet([...argv, "--json"])).out);

interface Assumed {
  readonly assumptions: readonly { readonly code: string; readonly value?: unknown }[];
}
const nodes = ({ assumptions }: Assumed) => assumptions.find(({ code }) => code === "several-nodes")?.value;

describe("more GPUs than a node of the catalog has", () => {
  test("are sized stage by stage, and the answer says over how many nodes", async () => {
    const three = await answer("size", ...spanning, "--gpu", "h100", "--pipeline-parallel", "3");
    expect(nodes(three)).toBe(3);
    expect(three.fits).toBe(true);
    // 671 billion parameters in 16 bits: the longest of three stages has 21 of 61 layers over 8 GPUs.
    expect(three.weightBytesPerGpu / ((1342e9 * 21) / 61 / 8)).toBeCloseTo(1, 1);
    const two = await answer("size", ...spanning, "--gpu", "h100", "--pipeline-parallel", "2");
    expect(two).toMatchObject({
      fits: false,
      finding: { code: "does-not-fit", suggestion: expect.stringContaining("pipeline-parallel 3") },
    });
  });

  test("are predicted with the hops between them, over the slowest such node of the catalog, with the widest error bar", async () => {
    const load = ["--input-tokens", "1500", "--output-tokens", "300", "--concurrency", "16", "--pipeline-parallel", "4"];
    const predicted = await answer("estimate", ...spanning, ...load, "--gpu", "a100-sxm-80gb");
    expect(nodes(predicted)).toBe(4);
    expect(predicted.evidence).toBe("none");
    const { out } = await gpufleet(["estimate", ...spanning, ...load, "--gpu", "a100-sxm-80gb"]);
    expect(out).toContain("32 x a100-sxm-80gb are 4 nodes of 8, over the 400 Gbit/s of p4de.24xlarge, the slowest such node");
  });

  test("lie on nodes whose GPUs reach the network, and not on larger ones whose do not", async () => {
    const asked = ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--gpu", "a100-sxm-40gb", "--tensor-parallel", "8"];
    const said = async (stages: string) => nodes(await answer("size", ...asked, "--pipeline-parallel", stages));
    expect([await said("2"), await said("3"), await said("4")]).toEqual([undefined, 3, 4]);
  });
});

test("a replica that one node holds says nothing of nodes", async () => {
  expect(nodes(await answer("size", "--model", "Qwen/Qwen3-8B", "--gpu", "h100", "--pipeline-parallel", "8"))).toBeUndefined();
});

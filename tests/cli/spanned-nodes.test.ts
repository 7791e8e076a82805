import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import { gpufleet } from "./fixtures/run.ts";

const { catalog } = loadCatalog();

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

test("what fits nowhere on one node is shown on the fewest nodes that hold it, at the price of all of them", async () => {
  const kimi = ["size", "--model", "moonshotai/Kimi-K2-Instruct", "--precision", "bf16"];
  const { fitting, notFitting } = await answer(...kimi);
  const h100 = fitting.find(({ gpu }: { readonly gpu: string }) => gpu === "h100-sxm-80gb");
  const { fits, maxConcurrency } = await answer(...kimi, "--gpu", "h100", "--tp", "8", "--pp", `${h100.nodes}`);
  expect({ fits, maxConcurrency }).toEqual({ fits: true, maxConcurrency: h100.maxConcurrency });
  expect(await answer(...kimi, "--gpu", "h100", "--tp", "8", "--pp", `${h100.nodes - 1}`)).toMatchObject({ fits: false });
  const price = catalog.prices.find(({ instance, region }) => instance === h100.cheapest.instanceType && region === h100.cheapest.region);
  expect(h100.cheapest.usdPerHour).toBeCloseTo(h100.nodes * (price?.onDemand?.usdPerHour ?? 0), 9);
  expect(notFitting.map(({ gpu }: { readonly gpu: string }) => gpu)).not.toContain("h100-sxm-80gb");
  expect((await gpufleet(kimi)).out).toContain("No single node holds it");
  // One that a single node of the catalog holds is not shown on several.
  const { fitting: single } = await answer("size", "--model", "deepseek-ai/DeepSeek-V3", "--precision", "bf16");
  expect(single.filter(({ nodes: several }: { readonly nodes?: number }) => several !== undefined)).toEqual([]);
});

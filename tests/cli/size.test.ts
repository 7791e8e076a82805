import { expect, test } from "vitest";
import { loadCatalog } from "../../catalog/load.ts";
import type { Fits } from "../../reports/fits-table.ts";
import { gpufleet } from "./fixtures/run.ts";

const { catalog } = loadCatalog();
const argv = ["size", "--model", "Qwen/Qwen3-8B", "--max-model-len", "8192"];
const fitsOf = async (...more: string[]): Promise<Fits> => JSON.parse((await gpufleet([...argv, ...more, "--json"])).out);

test("without --gpu every GPU of the catalog is answered for in every precision, once", async () => {
  const { fitting, notFitting } = await fitsOf();
  const pairs = [...fitting, ...notFitting].map(({ gpu, precision }) => `${gpu} ${precision}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  expect(new Set([...fitting, ...notFitting].map(({ gpu }) => gpu))).toEqual(new Set(catalog.gpus.map(({ id }) => id)));
});

test("the cheapest way to fit stands first, and what has no price last", async () => {
  const prices = (await fitsOf()).fitting.map(({ cheapest }) => cheapest?.usdPerHour ?? Number.POSITIVE_INFINITY);
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
});

test("each price is that of the cheapest on-demand node with enough GPUs", async () => {
  const { fitting } = await fitsOf("--precision", "bf16");
  for (const { gpu, tensorParallel, cheapest } of fitting) {
    const instances = new Map(
      catalog.instanceTypes.filter((row) => row.gpu === gpu && row.gpuCount >= tensorParallel).map((row) => [row.id, row]),
    );
    const offers = catalog.prices.flatMap((row) => (instances.has(row.instance) && row.onDemand !== null ? [row.onDemand.usdPerHour] : []));
    expect(cheapest?.usdPerHour ?? null, gpu).toBe(offers.length === 0 ? null : Math.min(...offers));
  }
});

test("the replica that is shown fits, and one of half the size does not", async () => {
  const { fitting } = await fitsOf("--precision", "bf16");
  const larger = fitting.filter(({ tensorParallel }) => tensorParallel > 1).slice(0, 3);
  expect(larger.length).toBeGreaterThan(0);
  for (const { gpu, tensorParallel, maxConcurrency } of larger) {
    const one = [...argv, "--gpu", gpu, "--precision", "bf16", "--json"];
    const fits = await gpufleet([...one, "--tp", String(tensorParallel)]);
    expect(fits.code).toBe(0);
    expect(JSON.parse(fits.out)).toMatchObject({ fits: true, maxConcurrency });
    const half = await gpufleet([...one, "--tp", String(tensorParallel / 2)]);
    expect(half.code).toBe(1);
    expect(JSON.parse(half.out)).toMatchObject({ fits: false });
  }
});

test("a model that fits nowhere ends with 1", async () => {
  const { code, out } = await gpufleet([
    "size",
    "--model",
    "Llama-3.3-70B-Instruct",
    "--precision",
    "bf16",
    "--tp",
    "1",
    "--engine-version",
    "0.19.0",
    "--gpu-memory-utilization",
    "0.05",
  ]);
  expect(code).toBe(1);
  expect(out).toContain("fits on no GPU");
});

test("short forms, long forms and = mean the same", async () => {
  const base = ["size", "--model", "Llama-3.3-70B-Instruct", "--gpu", "h100", "--max-model-len", "8192"];
  const long = await gpufleet([...base, "--tensor-parallel", "4"]);
  expect(long.code).toBe(0);
  expect(await gpufleet([...base, "--tp", "4"])).toEqual(long);
  expect(await gpufleet([...base, "--tp=4"])).toEqual(long);
});

test("the flags of size and the fields of a batch line give the same answer", async () => {
  const flags = await gpufleet([
    "size",
    "--model",
    "Qwen3-8B",
    "--gpu",
    "l4",
    "--precision",
    "fp8",
    "--max-model-len",
    "4096",
    "--enforce-eager",
    "--json",
  ]);
  const line = JSON.stringify({ model: "Qwen3-8B", gpu: "l4", precision: "fp8", maxModelLen: 4096, enforceEager: true });
  const batch = await gpufleet(["size", "--batch", "-"], { input: line });
  expect(JSON.parse(batch.out)).toEqual(JSON.parse(flags.out));
});

test("the parts of the memory table add up to the GPU's memory", async () => {
  const { out } = await gpufleet(["size", "--model", "Qwen3-8B", "--gpu", "l40s", "--max-model-len", "8192"]);
  const shares = [...out.matchAll(/(\d+\.\d\d) +\d+\.\d %/g)].map(([, gib]) => Number(gib));
  const total = shares.pop() ?? 0;
  expect(shares.length).toBe(6);
  expect(Math.abs(shares.reduce((a, b) => a + b, 0) - total)).toBeLessThanOrEqual(0.03);
});

test("an estimate at more than a replica can take says so, and one that does not fit ends with 1", async () => {
  const base = [
    "estimate",
    "--model",
    "Qwen3-8B",
    "--gpu",
    "l40s",
    "--max-model-len",
    "8192",
    "--input-tokens",
    "1900",
    "--output-tokens",
    "400",
  ];
  expect((await gpufleet([...base, "--qps", "0.5"])).out).toContain("Time to first token");
  expect((await gpufleet([...base, "--qps", "500"])).out).toContain("cannot hold this load");
  const small = await gpufleet(["estimate", "--model", "Llama-3.3-70B-Instruct", "--gpu", "l4"]);
  expect(small.code).toBe(1);
  expect(small.out).toContain("does not fit");
});

test("adapters, drafts and offloading are sized when asked for, and offloading says what it costs", async () => {
  const size = async (...more: string[]) => JSON.parse((await gpufleet([...argv, "--gpu", "l40s", "--json", ...more])).out);
  const plain = await size();
  expect((await size("--lora-adapters", "4", "--lora-rank", "64")).weightBytesPerGpu).toBeGreaterThan(plain.weightBytesPerGpu);
  expect((await size("--lora-adapters", "4", "--lora-rank", "24")).assumptions).toContainEqual(
    expect.objectContaining({ code: "adapter-rank-rounded", value: 32, limit: 24 }),
  );
  expect(await gpufleet([...argv, "--gpu", "l40s", "--lora-adapters", "4", "--lora-rank", "1024"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("--lora-rank: vllm has no room for adapters of rank 1024"),
  });
  expect((await size("--draft-model", "Qwen/Qwen3-0.6B", "--speculative-tokens", "4")).kvCacheTokens).toBeLessThan(plain.kvCacheTokens);
  const offloaded = await size("--cpu-offload-gb", "8");
  expect(offloaded.kvCacheBytesPerGpu).toBeGreaterThan(plain.kvCacheBytesPerGpu);
  // 8 GiB over PCIe 4.0 at 16 GB/s.
  expect(offloaded.assumptions).toContainEqual(expect.objectContaining({ code: "cpu-offload-cost", value: 537, unit: "ms" }));
  expect(await gpufleet([...argv, "--gpu", "l40s", "--speculative-tokens", "2"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("--speculative-tokens: Qwen/Qwen3-8B has no block of its own"),
  });
});

test("an estimate with adapters is slower, says how the engine is told of them, and is made for vLLM alone", async () => {
  const base = ["estimate", "--model", "Qwen/Qwen3-8B", "--gpu", "l40s", "--concurrency", "8", "--json"];
  const estimate = async (...more: string[]) => JSON.parse((await gpufleet([...base, ...more])).out);
  const [plain, adapted] = [await estimate(), await estimate("--lora-adapters", "4")];
  expect(adapted.tpotMs.mean).toBeGreaterThan(plain.tpotMs.mean);
  expect(adapted.ttftMs.mean).toBeGreaterThan(plain.ttftMs.mean);
  expect(adapted.evidence).toBe("none");
  const said = adapted.assumptions.find(({ code }: { code: string }) => code === "assume-adapters");
  expect(said.message).toContain("--enable-lora --max-loras=4 --max-lora-rank=16");
  expect(await gpufleet([...base, "--lora-adapters", "4", "--engine", "sglang"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("nothing published says what LoRA adapters cost sglang"),
  });
  const drafts = ["--draft-model", "Qwen/Qwen3-0.6B", "--speculative-tokens", "4"];
  expect((await gpufleet([...base, "--lora-adapters", "4", ...drafts])).err).toContain("beside speculative decoding");
});

test("an estimate with drafts is faster the more of them are accepted, says what it rests on, and asks what drafts", async () => {
  const base = ["estimate", "--model", "Qwen/Qwen3-8B", "--gpu", "l40s", "--input-tokens", "500", "--output-tokens", "200", "--json"];
  const estimate = async (...more: string[]) => JSON.parse((await gpufleet([...base, "--concurrency", "2", ...more])).out);
  const drafts = ["--draft-model", "Qwen/Qwen3-0.6B", "--speculative-tokens", "4", "--speculative-acceptance"];
  const [plain, few, many] = [await estimate(), await estimate(...drafts, "0"), await estimate(...drafts, "0.8")];
  expect(few.tpotMs.mean).toBeGreaterThan(plain.tpotMs.mean);
  expect(many.tpotMs.mean).toBeLessThan(plain.tpotMs.mean);
  expect(many.assumptions).toContainEqual(expect.objectContaining({ code: "assume-speculation", unit: "tokens" }));
  expect(await gpufleet([...base, "--speculative-acceptance", "0.5"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("nothing drafts tokens"),
  });
  const [writing, coding] = [
    await estimate(...drafts.slice(0, 4), "--speculative-text", "writing"),
    await estimate(...drafts.slice(0, 4), "--speculative-text", "coding"),
  ];
  expect(coding.tpotMs.mean).toBeLessThan(writing.tpotMs.mean);
  expect(await gpufleet([...base, "--speculative-text", "coding"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("--speculative-text: the kind of text is given, and nothing drafts tokens"),
  });
  expect(await gpufleet([...base, ...drafts, "0.8", "--speculative-text", "code"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("use one of coding, "),
  });
});

test("models that embed or transcribe also get the cheapest node without GPUs of each processor that holds them", async () => {
  const { out } = await gpufleet(["size", "--model", "BAAI/bge-reranker-v2-m3", "--json"]);
  const { fitting, hostEngine }: Fits = JSON.parse(out);
  const hosts = fitting.filter(({ vcpus }) => vcpus !== undefined);
  expect(hostEngine).toBe("tei 1.9");
  // Not AMD's: the model has no ONNX export, and the engine's other backend does not run there.
  expect(hosts.map(({ gpu }) => gpu).toSorted()).toEqual(["emerald-rapids", "granite-rapids", "graviton4", "sapphire-rapids"]);
  for (const { precision, cheapest } of hosts) {
    expect(precision).toBe("fp32");
    expect(catalog.instanceTypes.find(({ id }) => id === cheapest?.instanceType)?.gpu).toBeNull();
  }
  expect((await fitsOf()).hostEngine).toBeUndefined();
});

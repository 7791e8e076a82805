import { expect, test } from "vitest";
import { engineRelease } from "../../planner/layouts/release.ts";
import { memoryBudget } from "../../planner/memory/budget.ts";
import { capacity } from "../../planner/performance/capacity.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import type { Replica } from "../../planner/performance/replica.ts";
import { catalog, replicaOf, type Wish } from "./replicas.ts";

const chat = { inputTokens: 1725, outputTokens: 575, inputTokensP95: null, prefixCacheHitRate: 0 };

/** A replica with the memory that the memory model gives it. */
function sized(wish: Wish): Replica {
  const release = engineRelease(catalog.engines, "vllm", "0.19.0");
  if ("code" in release) throw new Error(release.message);
  const replica = replicaOf({ maxModelLen: 8192, ...wish });
  return { ...replica, release, memory: memoryBudget(replica.model, replica.gpu, release, replica.layout) };
}

test("a 70B model in FP8 on two H100 serves a few requests a second, four serve half as many again or more", () => {
  const wish = { model: "meta-llama/Llama-3.3-70B-Instruct", precision: "fp8" } as const;
  const two = capacity(sized({ ...wish, tensorParallel: 2 }), chat, { ttftP95Ms: 2000, tpotP95Ms: 80 }, 0.9);
  const four = capacity(sized({ ...wish, tensorParallel: 4 }), chat, { ttftP95Ms: 2000, tpotP95Ms: 80 }, 0.9);
  expect(two.requestsPerSecond).toBeGreaterThan(1.5);
  expect(two.requestsPerSecond).toBeLessThan(4);
  expect(four.requestsPerSecond).toBeGreaterThan(1.5 * two.requestsPerSecond);
});

test("what does not fit in memory has no capacity and gives the memory model's reason", () => {
  const replica = sized({ model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "l4" });
  const answer = capacity(replica, chat, {}, 0.9);
  expect(answer.requestsPerSecond).toBe(0);
  expect("finding" in answer && answer.finding).toEqual(replica.memory.finding);
  expect(estimate(replica, chat, { kind: "saturated" }).fits).toBe(false);
});

test("every generating model of the catalog that fits on eight H200 gets a positive capacity", () => {
  let served = 0;
  for (const model of catalog.models.filter(({ task }) => task === "generate")) {
    const replica = sized({ model: model.id, gpu: "h200-sxm-141gb", tensorParallel: 8, maxModelLen: Math.min(4096, model.maxContext) });
    if (!replica.memory.fits) continue;
    served++;
    expect(capacity(replica, { ...chat, inputTokens: 800, outputTokens: 200 }, {}, 0.5).requestsPerSecond, model.id).toBeGreaterThan(0.05);
  }
  expect(served).toBeGreaterThan(60);
});

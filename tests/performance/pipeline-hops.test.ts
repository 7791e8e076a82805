import fc from "fast-check";
import { expect, test } from "vitest";
import { estimate } from "../../planner/performance/estimate.ts";
import { pipelineHops } from "../../planner/performance/pipeline-hops.ts";
import { type StepTime, stepCosts, stepTime } from "../../planner/performance/step-time.ts";
import { replicaOf, type Wish } from "./replicas.ts";

const wish: Wish = { model: "deepseek-ai/DeepSeek-R1-0528", precision: "bf16", tensorParallel: 8, pipelineParallel: 3 };
const inOneNode = replicaOf(wish);
const link = { linkLatencySeconds: 5e-6, linkBytesPerSecond: 400e9 };
const over = (nodes: number, gigabits: number) => ({ ...inOneNode, network: { nodes, bytesPerSecond: (gigabits * 1e9) / 8 } });
const step = (replica: typeof inOneNode, prefill: number, decodes: number): StepTime =>
  stepTime(stepCosts(replica), prefill, decodes, 1000, 1000);

test("a token of a model 7,168 wide crosses 3 nodes of 400 Gbit/s as 2 x 28 KiB, after 75 us a hop", () => {
  const { secondsPerStep, secondsPerToken, unevenness } = pipelineHops(over(3, 400), link);
  expect(secondsPerStep).toBeCloseTo(3 * 75e-6, 12);
  expect(secondsPerToken).toBeCloseTo((2 * 7168 * 4) / (50e9 * 0.84), 12);
  // 61 layers over three stages: the longest has 21.
  expect(unevenness).toBeCloseTo((21 * 3) / 61, 12);
});

test("inside a node a token crosses over the links of a stage's 8 GPUs, and back", () => {
  const { secondsPerStep, secondsPerToken, unevenness } = pipelineHops(inOneNode, link);
  expect(secondsPerStep).toBeCloseTo(3 * 5e-6, 12);
  expect(secondsPerToken).toBeCloseTo((2 * 7168 * 4) / (8 * 400e9), 15);
  expect(unevenness).toBeCloseTo((21 * 3) / 61, 12);
});

test("two of four stages on each of two nodes: a hop between the nodes, one back, and one inside each", () => {
  const { secondsPerStep } = pipelineHops(
    { ...replicaOf({ ...wish, pipelineParallel: 4 }), network: { nodes: 2, bytesPerSecond: 50e9 } },
    link,
  );
  expect(secondsPerStep).toBeCloseTo(2 * 75e-6 + 2 * 5e-6, 12);
});

test("without stages there are no hops", () => {
  const one = replicaOf({ ...wish, pipelineParallel: 1 });
  expect(pipelineHops(one, link)).toEqual({ secondsPerStep: 0, secondsPerToken: 0, unevenness: 1 });
});

test("more nodes and less bandwidth never make a step shorter", () => {
  const gigabits = fc.integer({ min: 25, max: 3200 });
  const nodes = fc.integer({ min: 2, max: 7 });
  fc.assert(
    fc.property(nodes, gigabits, fc.nat(8192), fc.integer({ min: 1, max: 256 }), (count, rate, prefill, decodes) => {
      const here = step(over(count, rate), prefill, decodes).seconds;
      expect(here).toBeGreaterThan(step(inOneNode, prefill, decodes).seconds);
      expect(step(over(count + 1, rate), prefill, decodes).seconds).toBeGreaterThan(here);
      expect(step(over(count, rate / 2), prefill, decodes).seconds).toBeGreaterThan(here);
    }),
  );
});

test("the network shows in every latency, and nothing measured stands behind it", () => {
  const lengths = { inputTokens: 1500, outputTokens: 300, inputTokensP95: null, prefixCacheHitRate: 0 };
  const load = { kind: "closed", concurrency: 16 } as const;
  const [near, far, slow] = [inOneNode, over(3, 3200), over(3, 25)].map((replica) => estimate(replica, lengths, load));
  expect(far?.tpotMs.mean).toBeGreaterThan(near?.tpotMs.mean ?? Infinity);
  expect(far?.ttftMs.mean).toBeGreaterThan(near?.ttftMs.mean ?? Infinity);
  expect(slow?.ttftMs.mean).toBeGreaterThan(far?.ttftMs.mean ?? Infinity);
  expect(far?.evidence).toBe("none");
});

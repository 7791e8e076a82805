import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptanceOf, usualAcceptance } from "../../catalog/draft-acceptance.ts";
import { findModel } from "../../catalog/lookup.ts";
import { textKinds } from "../../catalog/schema/serving.ts";
import { estimate } from "../../planner/performance/estimate.ts";
import { decodeStepSeconds } from "../../planner/performance/prefill.ts";
import type { Replica } from "../../planner/performance/replica.ts";
import { requestService } from "../../planner/performance/request-service.ts";
import type { Lengths } from "../../planner/performance/serving-point.ts";
import { draftFinding, type Speculation, tokensPerRound } from "../../planner/performance/speculation.ts";
import { lengths, usable, wishes } from "./arbitrary.ts";
import { catalog, replicaOf } from "./replicas.ts";

const small = findModel(catalog, "meta-llama/Llama-3.2-1B-Instruct") ?? null;
const llama = replicaOf({ model: "meta-llama/Llama-3.3-70B-Instruct", tensorParallel: 4 });
const chat: Lengths = { inputTokens: 1000, outputTokens: 300, inputTokensP95: null, prefixCacheHitRate: 0 };

const drafting = (replica: Replica, speculation: Speculation): Replica => ({ ...replica, speculation });
const draftedBySmall = (acceptance: number, tokens = 4): Replica => drafting(llama, { draft: small, tokens, acceptance });
const step = (replica: Replica, running: number, asked = chat): number => decodeStepSeconds(requestService(replica, asked), running);

const shares = fc.double({ min: 0, max: 1, noNaN: true });
const counts = fc.integer({ min: 1, max: 10 });

test("a round brings what a token by token count of it brings in the mean", () => {
  fc.assert(
    fc.property(shares, counts, (acceptance, tokens) => {
      // The first refusal comes after j accepted tokens with chance a^j (1 - a); the model adds one token to them.
      let mean = (tokens + 1) * acceptance ** tokens;
      for (let accepted = 0; accepted < tokens; accepted++) mean += (accepted + 1) * acceptance ** accepted * (1 - acceptance);
      expect(tokensPerRound({ tokens, acceptance })).toBeCloseTo(mean, 9);
    }),
  );
  expect(tokensPerRound({ tokens: 5, acceptance: 0.7 })).toBeCloseTo((1 - 0.7 ** 6) / 0.3, 12);
  expect(tokensPerRound({ tokens: 4, acceptance: 1 })).toBe(5);
});

test("the acceptance of each kind of text gives the length of round that was published for it, and keeps their order", () => {
  const { byText, draftModel, ownBlock } = catalog.serving.draftAcceptance;
  for (const length of [...Object.values(byText.tokensPerRound), byText.tokensPerRoundOfAll])
    expect(tokensPerRound({ tokens: byText.drafted, acceptance: acceptanceOf(length, byText.drafted) })).toBeCloseTo(length, 6);
  const ordered = textKinds.toSorted((a, b) => byText.tokensPerRound[a] - byText.tokensPerRound[b]);
  for (const drafter of ["draftModel", "ownBlock"] as const) {
    const usual = ordered.map((text) => usualAcceptance(catalog.serving, drafter, text));
    expect(usual).toEqual(usual.toSorted((a, b) => a - b));
    expect(Math.min(...usual)).toBeGreaterThan(0);
    expect(Math.max(...usual)).toBeLessThanOrEqual(1);
  }
  // As in the runs that the catalog names beside it: code above all kinds together, creative text below.
  expect(usualAcceptance(catalog.serving, "draftModel", "coding")).toBeGreaterThan(draftModel);
  expect(usualAcceptance(catalog.serving, "ownBlock", "writing")).toBeLessThan(ownBlock);
  expect(usualAcceptance(catalog.serving, "draftModel")).toBe(draftModel);
});

test("no kind of text is accepted more often than always", () => {
  const { serving } = catalog;
  const sure = { ...serving, draftAcceptance: { ...serving.draftAcceptance, draftModel: 1 } };
  for (const text of textKinds) expect(usualAcceptance(sure, "draftModel", text)).toBeLessThanOrEqual(1);
});

test("drafts that are never accepted make no token faster, on any replica", () => {
  fc.assert(
    fc.property(wishes, lengths, counts, fc.integer({ min: 1, max: 300 }), (wish, asked, tokens, running) => {
      const replica = usable(wish);
      const draft = replica.model.mtp === null ? replica.model : null;
      const refused = drafting(replica, { draft, tokens, acceptance: 0 });
      expect(step(refused, running, asked)).toBeGreaterThan(step(replica, running, asked));
    }),
  );
});

test("the likelier a token is accepted, the faster they come, and never faster than a step for every one of its tokens", () => {
  fc.assert(
    fc.property(shares, shares, counts, fc.integer({ min: 1, max: 200 }), (one, other, tokens, running) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      expect(step(draftedBySmall(high, tokens), running)).toBeLessThanOrEqual(step(draftedBySmall(low, tokens), running) * (1 + 1e-12));
      expect(step(draftedBySmall(high, tokens), running)).toBeGreaterThan(step(llama, running) / (tokens + 1));
    }),
  );
});

test("few sequences gain, a large batch loses", () => {
  expect(step(draftedBySmall(0.7), 1)).toBeLessThan(0.75 * step(llama, 1));
  expect(step(draftedBySmall(0.7), 512)).toBeGreaterThan(step(llama, 512));
});

test("a model's own block costs little: most of the tokens that it brings are gained", () => {
  const replica = replicaOf({ model: "deepseek-ai/DeepSeek-R1-0528", gpu: "h200-sxm-141gb", tensorParallel: 8, precision: "fp8" });
  const own = drafting(replica, { draft: null, tokens: 1, acceptance: 0.85 });
  expect(step(own, 1)).toBeLessThan(step(replica, 1) / 1.4);
  expect(step(own, 1)).toBeGreaterThan(step(replica, 1) / 1.85);
});

test("TTFT grows by the draft model's reading of the prompt, and by the longer step that a prompt waits for", () => {
  const load = { kind: "closed", concurrency: 1 } as const;
  const plain = estimate(llama, chat, load).ttftMs.mean;
  const drafted = estimate(draftedBySmall(0.7), chat, load).ttftMs.mean;
  expect(drafted).toBeGreaterThan(plain);
  expect(drafted).toBeLessThan(1.5 * plain);
});

test("no run with speculation was measured: the evidence is none and the interval the widest", () => {
  const load = { kind: "closed", concurrency: 4 } as const;
  const [plain, drafted] = [estimate(llama, chat, load), estimate(draftedBySmall(0.7), chat, load)];
  const width = ([low, high]: readonly [number, number]): number => high / low;
  expect(drafted.evidence).toBe("none");
  expect(width(drafted.interval90.tpotMs)).toBeGreaterThan(width(plain.interval90.tpotMs));
});

test("drafted tokens count among the tokens of a step, so fewer sequences run", () => {
  const narrow = replicaOf({ maxNumBatchedTokens: 512 });
  expect(requestService(drafting(narrow, { draft: small, tokens: 7, acceptance: 0.5 }), chat).maxRunning).toBeLessThanOrEqual(64);
});

test.each([
  ["stages of a pipeline", small, { pipelineParallel: 2, tensorParallel: 1 }, "no-drafts-in-pipeline"],
  ["GPUs that its heads do not divide by", small, { pipelineParallel: 1, tensorParallel: 64 }, "draft-heads-not-divisible"],
])("a draft model is not divided over %s", (_, draft, parallel, code) => {
  expect(draftFinding({ draft, tokens: 2, acceptance: 0.5 }, { ...llama.layout, ...parallel }, "x")).toMatchObject({ code });
  expect(draftFinding({ draft, tokens: 2, acceptance: 0.5 }, llama.layout, "x")).toBeNull();
});

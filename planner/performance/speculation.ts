import type { Model } from "../../catalog/schema/model.ts";
import { grouped } from "../figures.ts";
import type { Finding } from "../finding.ts";
import type { Layout } from "../layouts/layout.ts";
import type { Replica } from "./replica.ts";
import { type StepCosts, stepCosts, stepTime } from "./step-time.ts";

/** Tokens drafted ahead of the model and verified by it in one step. */
export interface Speculation {
  /** null: the model's own block for multi-token prediction. */
  readonly draft: Model | null;
  /** Drafted a round, 1 or more. */
  readonly tokens: number;
  /** Chance that a drafted token is accepted when all before it were, 0 to 1. */
  readonly acceptance: number;
}

/** What drafts, reduced to numbers, and what a round of it brings. */
export interface Drafting {
  readonly costs: StepCosts;
  readonly tokens: number;
  /** Mean output tokens of a round, between 1 and tokens + 1. */
  readonly tokensPerRound: number;
}

/**
 * Mean output tokens of a round: the drafted ones up to the first that is refused, and the one that the model adds itself,
 * (1 - a^(k+1)) / (1 - a) = 1 + a + ... + a^k (Leviathan, Kalman and Matias 2023, arXiv 2211.17192, equation 1).
 */
export function tokensPerRound({ tokens, acceptance }: Pick<Speculation, "tokens" | "acceptance">): number {
  let expected = 1;
  for (let count = 0; count < tokens; count++) expected = 1 + acceptance * expected;
  return expected;
}

/** null without speculation. */
export function draftingOf(replica: Replica, costs: StepCosts): Drafting | null {
  const { speculation } = replica;
  if (speculation === undefined) return null;
  const { draft, tokens } = speculation;
  const own = draft === null ? blockCosts(costs, replica.model.mtp?.layers ?? 0) : stepCosts(drafter(replica, draft));
  return { costs: own, tokens, tokensPerRound: tokensPerRound(speculation) };
}

/** Bytes of each of a draft model's weights: 16 bits. */
const draftWeightBytes = 2;

/** The draft model on the GPUs of the replica, in 16 bits and divided as its model is: vLLM takes no other division (vllm-project/vllm#24322). */
function drafter(replica: Replica, draft: Model): Replica {
  const { correction: _measured, speculation: _own, ...rest } = replica;
  const precision = replica.gpu.tflopsDense.bf16 === null ? "fp16" : "bf16";
  return {
    ...rest,
    model: draft,
    layout: { ...replica.layout, precision },
    memory: { ...replica.memory, weightBytes: draft.parameters * draftWeightBytes },
  };
}

/** The model's own block: as much as that many of its layers cost, and its head once. */
function blockCosts(costs: StepCosts, blocks: number): StepCosts {
  const { work } = costs;
  const share = blocks / work.layers;
  const head = work.headParameters / (work.headParameters + work.denseParameters);
  return {
    ...costs,
    denseRead: costs.denseRead * (head + share * (1 - head)),
    densePerToken: costs.densePerToken * share,
    expertRead: costs.expertRead * share,
    expertPerToken: costs.expertPerToken * share,
    kvGlobal: costs.kvGlobal * share,
    kvLocal: costs.kvLocal * share,
    state: costs.state * share,
    attentionGlobal: costs.attentionGlobal * share,
    attentionLocal: costs.attentionLocal * share,
    communicationFixed: costs.communicationFixed * share,
    communicationPerToken: costs.communicationPerToken * share,
    overheadFixed: costs.overheadFixed * share,
  };
}

/** Seconds of the drafting of one round: as many steps of what drafts as it drafts tokens. */
export const draftSeconds = ({ costs, tokens }: Drafting, sequences: number, context: number): number =>
  tokens * stepTime(costs, 0, sequences, 0, context).seconds;

/** Seconds that what drafts takes over prompt tokens, whose cache it needs too. */
export const draftPrefillSeconds = ({ costs }: Drafting, tokens: number, context: number): number =>
  stepTime(costs, tokens, 0, context, 0).seconds;

/** Files that a replica loads beside its model's own, which hold the model's own block. */
export const draftDownloadBytes = (speculation: Speculation | undefined): number =>
  speculation?.draft == null ? 0 : Math.max(speculation.draft.checkpointBytes ?? 0, speculation.draft.parameters * draftWeightBytes);

/** Why a layout cannot draft: vLLM divides the draft model as it does the model, and drafts in no pipeline (its documentation of speculation). */
export function draftFinding({ draft }: Speculation, { tensorParallel, pipelineParallel }: Layout, path: string): Finding | null {
  if (pipelineParallel > 1) {
    return {
      code: "no-drafts-in-pipeline",
      path,
      message: "speculative decoding is planned in one pipeline stage",
      value: pipelineParallel,
      limit: 1,
    };
  }
  const heads = draft?.numAttentionHeads ?? tensorParallel;
  if (heads % tensorParallel === 0) return null;
  const message = `the ${heads} attention heads of the draft model do not divide by tensor-parallel ${tensorParallel}`;
  return { code: "draft-heads-not-divisible", path, message, value: heads, limit: tensorParallel };
}

/** What a prediction with speculation rests on. */
export function assumeSpeculation(path: string, speculation: Pick<Speculation, "tokens" | "acceptance">): Finding {
  const { tokens, acceptance } = speculation;
  const perRound = tokensPerRound(speculation);
  return {
    code: "assume-speculation",
    path,
    message: `${grouped(perRound, 2)} output tokens a step in the mean, with ${tokens} drafted and each accepted with a chance of ${acceptance}; by formula, no measured run with speculation stands behind the prediction`,
    value: perRound,
    unit: "tokens",
  };
}

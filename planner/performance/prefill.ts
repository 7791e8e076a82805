import type { RequestService } from "./request-service.ts";
import { draftPrefillSeconds, draftSeconds } from "./speculation.ts";
import { stepTime } from "./step-time.ts";

/** Seconds of one step over `tokens` prompt tokens of the mean request beside `decodes` decoding sequences. */
export function mixedStepSeconds(service: RequestService, tokens: number, decodes: number): number {
  // Cached tokens come first: what is computed sees them all and half of itself.
  const context = service.inputTokens - service.prefillTokens / 2;
  const { drafting } = service;
  const seconds = stepTime(service.costs, tokens, decodes, context, service.decodeContext, verified(service)).seconds;
  return drafting === null || tokens === 0 ? seconds : seconds + draftPrefillSeconds(drafting, tokens, context);
}

/** Tokens that a decoding sequence has in a step. */
const verified = ({ drafting }: RequestService): number => 1 + (drafting?.tokens ?? 0);

/** Seconds between two output tokens of each of `running` sequences: a decode step, or its part where a step brings several tokens. */
export const decodeStepSeconds = (service: RequestService, running: number): number =>
  decodeRoundSeconds(service, running) / (service.drafting?.tokensPerRound ?? 1);

/** Seconds of one decode step of `running` sequences, with the drafting before it; a pipeline runs one micro-batch per stage. */
export function decodeRoundSeconds(service: RequestService, running: number): number {
  const { drafting, decodeContext } = service;
  const sequences = microBatch(service, running);
  const { seconds } = stepTime(service.costs, 0, sequences, 0, decodeContext, verified(service));
  return drafting === null ? seconds : seconds + draftSeconds(drafting, sequences, decodeContext);
}

/** Sequences of one micro-batch; never less than one while any runs. */
export const microBatch = (service: RequestService, running: number): number =>
  Math.max(Math.min(1, running), running / service.costs.pipelineStages);

/** Prefill of one request alone on the replica, when its prompt is `scale` times the mean one. */
export function prefillSeconds(service: RequestService, scale = 1): number {
  const tokens = Math.max(1, service.prefillTokens * scale);
  const context = (service.inputTokens - service.prefillTokens / 2) * scale;
  const chunk = Math.min(tokens, service.chunkTokens);
  const { drafting } = service;
  const drafts = drafting === null ? 0 : draftPrefillSeconds(drafting, chunk, context);
  return (tokens / chunk) * (stepTime(service.costs, chunk, 0, context, service.decodeContext).seconds + drafts);
}

/**
 * What one more prefill costs everyone else while `running` sequences decode. Engines that mix prefill into decode steps
 * pay what the prompt tokens add to such a step; others stop decoding for the length of the prefill.
 */
export function prefillWorkSeconds(service: RequestService, running: number): number {
  const { costs, prefillTokens, outputTokens, chunkTokens } = service;
  const tokens = Math.min(Math.max((running * prefillTokens) / outputTokens, prefillTokens), chunkTokens);
  const alone = mixedStepSeconds(service, tokens, 0) / tokens;
  if (!costs.timing.generation.mixesPrefill) return prefillTokens * alone;
  const decodes = microBatch(service, running);
  const added = (mixedStepSeconds(service, tokens, decodes) - mixedStepSeconds(service, 0, decodes)) / tokens;
  return prefillTokens * Math.max(added, service.replica.constants.serving.prefillMinimumShare * alone);
}

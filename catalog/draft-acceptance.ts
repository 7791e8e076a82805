import type { ServingConstants, TextKind } from "./schema/serving.ts";

/** What drafts: a smaller model, or the model's own block for multi-token prediction. */
export type Drafter = "draftModel" | "ownBlock";

/**
 * Chance that a drafted token is accepted, where nobody measured it: what is usual for what drafts, times how much better or worse than all
 * kinds together the kind of text went in a published run. To two decimals, 1 at most.
 */
export function usualAcceptance({ draftAcceptance }: ServingConstants, drafter: Drafter, text?: TextKind): number {
  const usual = draftAcceptance[drafter];
  if (text === undefined) return usual;
  const { drafted, tokensPerRound, tokensPerRoundOfAll } = draftAcceptance.byText;
  const ratio = acceptanceOf(tokensPerRound[text], drafted) / acceptanceOf(tokensPerRoundOfAll, drafted);
  return Math.round(Math.min(1, usual * ratio) * 100) / 100;
}

const bisections = 40;

/**
 * Chance of each drafted token that makes rounds of `drafted` tokens and one more bring `tokensPerRound` in the mean: the a of
 * (1 - a^(drafted + 1)) / (1 - a) (Leviathan, Kalman and Matias 2023, arXiv 2211.17192, equation 1), between 0 and 1.
 */
export function acceptanceOf(tokensPerRound: number, drafted: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    const reached = (1 - middle ** (drafted + 1)) / (1 - middle);
    if (reached < tokensPerRound) low = middle;
    else high = middle;
  }
  return low;
}

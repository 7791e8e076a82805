import type { Finding } from "../planner/finding.ts";
import type { Lengths } from "../planner/performance/serving-point.ts";
import { type Resolved, sizeOf } from "./sizing.ts";

/**
 * Who asks for a speed and names no context does not ask whether the model's longest context fits: takes the model's own where the KV cache
 * holds it, else the longest that it holds. Says what it took, and where the request is longer than the model was made for.
 */
export function withContextFor(resolved: Resolved, { inputTokens, outputTokens }: Lengths): Resolved {
  const { layout, assumptions } = resolved;
  const needed = Math.ceil(inputTokens + outputTokens);
  if (needed > layout.maxModelLen) return { ...resolved, assumptions: [...assumptions, beyondModel(needed, layout.maxModelLen)] };
  const sizing = sizeOf(resolved);
  const shortage = "memory" in sizing ? sizing.memory.finding : null;
  if (shortage?.code !== "context-does-not-fit" || typeof shortage.limit !== "number" || shortage.limit < needed) return resolved;
  const maxModelLen = shortage.limit;
  return {
    ...resolved,
    layout: { ...layout, maxModelLen },
    assumptions: [...assumptions, longestThatFits(maxModelLen, layout.maxModelLen)],
  };
}

const longestThatFits = (value: number, limit: number): Finding => ({
  code: "default-max-model-len",
  path: "maxModelLen",
  message: `${value} by default: the longest context whose KV cache fits; the model's own is ${limit}`,
  value,
  limit,
  unit: "tokens",
});

const beyondModel = (value: number, limit: number): Finding => ({
  code: "beyond-model-context",
  path: "maxModelLen",
  message: `the request is longer than the model's context of ${limit} tokens: the engine takes it only with its length checks off`,
  value,
  limit,
  unit: "tokens",
});

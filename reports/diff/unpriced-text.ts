import type { Finding } from "../../planner/finding.ts";
import { findingText } from "../finding-text.ts";
import { counted } from "../quantity.ts";
import type { PlanDiff } from "./plan-diff.ts";

/** How many things have no price of their own, and which. Empty when all have. */
export function unpricedTexts({ unpriced: { offers, findings, estimatedPools } }: PlanDiff): string[] {
  return [
    ...(findings.length > 1 ? [`${counted(offers, "offer")} in all without a price`] : []),
    ...findings.map(named),
    ...(estimatedPools.length > 0
      ? [`${counted(estimatedPools.length, "pool")} with a price computed from another one: ${estimatedPools.join(", ")}`]
      : []),
  ];
}

const named = ({ suggestion: _, ...finding }: Finding): string => findingText(finding);

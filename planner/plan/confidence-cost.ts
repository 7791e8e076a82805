import { usd } from "../figures.ts";
import { type Finding, PlanningError } from "../finding.ts";
import type { FleetSpec } from "../spec/fleet-spec.ts";
import type { FleetPlan } from "./fleet-plan.ts";

/** Shown beside the fleet by --explain, and no part of the lock. */
export const confidenceCostCode = "confidence-cost";

/** As likely held as not: what a prediction is worth without its error bar. */
export const evenConfidence = 0.5;

/** What the chance that the SLOs hold costs: this plan against the one that the same search finds at even odds. */
export async function confidenceCost(
  plan: Pick<FleetPlan, "cost">,
  spec: FleetSpec,
  planAt: (spec: FleetSpec) => Promise<Pick<FleetPlan, "cost">>,
): Promise<Finding[]> {
  if (spec.confidence <= evenConfidence) return [];
  const even = await planAt({ ...spec, confidence: evenConfidence, budget: null }).catch((error: unknown) => {
    if (error instanceof PlanningError) return null;
    throw error;
  });
  if (even === null) return [];
  const more = plan.cost.usdPerMonth - even.cost.usdPerMonth;
  return [
    {
      code: confidenceCostCode,
      path: "confidence",
      message: `confidence ${spec.confidence} costs ${usd(Math.max(0, more))} a month more than ${evenConfidence}, at which an SLO holds as likely as not`,
      value: Math.max(0, Math.round(more * 100) / 100),
      unit: "USD a month",
      suggestion: "runs of your own under `measurements` narrow the error bar that this pays for",
    },
  ];
}

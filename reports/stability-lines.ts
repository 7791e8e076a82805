import type { FleetPlan } from "../planner/plan/fleet-plan.ts";
import type { Churn } from "../planner/plan/stability.ts";
import { wrap } from "./columns.ts";
import { dollars } from "./money.ts";
import { counted } from "./quantity.ts";
import { type Rendering, styleFor } from "./style.ts";

/** What the plan changes of the deployed fleet, and whether staying costs more than moving would. */
export function stabilityLines({ stability }: FleetPlan, rendering: Rendering): string[] {
  if (stability === undefined) return [];
  const { churn, freshChurn, stayingCostsUsdPerMonth, paybackDays } = stability;
  const sentences = [
    `From the deployed fleet: ${churnText(churn)}.`,
    stayingCostsUsdPerMonth > 0
      ? `Staying costs ${dollars(stayingCostsUsdPerMonth)} a month more than moving would: moving ${churnText(freshChurn)}, which ${counted(paybackDays, "day")} of it would not pay back. --fresh plans from nothing.`
      : "",
  ];
  return sentences
    .flatMap((sentence) => wrap(sentence, rendering.width))
    .map((line, index) => (index === 0 ? styleFor(rendering.color).strong(line) : line));
}

function churnText({ nodesAdded, nodesRemoved, replicasStarted, usd }: Churn): string {
  if (nodesAdded + nodesRemoved + replicasStarted === 0) return "nothing changes";
  return `adds ${counted(nodesAdded, "node")}, removes ${counted(nodesRemoved, "node")} and starts ${counted(replicasStarted, "replica")}, ${dollars(usd)} once`;
}

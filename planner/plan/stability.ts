/** How the plan stands to the fleet it started from, and to the one that would be planned from nothing. */
export interface Stability {
  readonly paybackDays: number;
  readonly freshUsdPerMonth: number;
  /** What this fleet costs more than that one. */
  readonly stayingCostsUsdPerMonth: number;
  readonly churn: Churn;
  readonly freshChurn: Churn;
}

/** What it takes to get from the deployed fleet to another. */
export interface Churn {
  readonly nodesAdded: number;
  readonly nodesRemoved: number;
  readonly replicasStarted: number;
  /** Once. */
  readonly usd: number;
}

/** Speculation by names: what a spec asks for and a plan carries. */
export interface SpeculativeSpec {
  /** Catalog id, or `mtp` for the model's own block for multi-token prediction. */
  readonly draftModel: string;
  /** Drafted before each step, 1 to 10. */
  readonly tokens: number;
  /** Chance that a drafted token is accepted when those before it were, 0 to 1. */
  readonly acceptance: number;
}

export const ownBlock = "mtp";

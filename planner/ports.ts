/** What the pure core needs from outside. Nothing else comes in but the named inputs. */
export interface Ports {
  readonly progress?: Progress;
}

/** Called with the phase and how much of it is done (0 to 1). Must not change what the plan says. */
export type Progress = (phase: string, fraction: number) => void;

/** What measured runs say of one replica near one load: factors on the prediction, and how much of its error they leave. */
export interface Correction {
  /** Multiplies every engine step. */
  readonly step: number;
  /** Multiplies the TTFT that the corrected steps give. */
  readonly ttft: number;
  /** Multiply the standard deviation of ln(measured / predicted), 0 to 1: of what follows from steps, and of the TTFT. */
  readonly stepNarrowing: number;
  readonly ttftNarrowing: number;
  /** True when a run of the same model, GPU, engine and format is among them; false when only its neighbours were measured. */
  readonly sameCell: boolean;
}

/** LoRA adapters by names: what a spec asks for and a plan carries. */
export interface LoraSpec {
  /** All that are served, at least 1. */
  readonly adapters: number;
  /** The largest rank that the engine makes room for: the smallest it can be told that holds what was asked for. */
  readonly rank: number;
  /** On the GPU at once, where the user said so; missing: as many as may run at once. */
  readonly onGpu?: number;
  /** What requests call an adapter -> repository on Hugging Face, or folder of the mounted volume. */
  readonly modules: Readonly<Record<string, string>>;
}

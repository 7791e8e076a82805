import type { Finding } from "../finding.ts";

/** Where the memory of each GPU of one replica goes. Bytes per GPU unless the name says otherwise. */
export interface MemoryBudget {
  /** What CUDA reports as total. */
  readonly totalBytesPerGpu: number;
  /** total x gpuMemoryUtilization: what the engine allows itself. */
  readonly requestedBytesPerGpu: number;
  readonly weightBytesPerGpu: number;
  readonly activationBytesPerGpu: number;
  readonly nonTorchBytesPerGpu: number;
  readonly cudaGraphBytesPerGpu: number;
  /** 0 when nothing is left. */
  readonly kvCacheBytesPerGpu: number;
  /** Whole replica, as the engine logs it. */
  readonly kvCacheTokens: number;
  /** Sequences of maxModelLen tokens that fit at once. */
  readonly maxConcurrency: number;
  readonly fits: boolean;
  /** Why it does not fit: value = bytes needed, limit = bytes there. */
  readonly finding: Finding | null;
  /** Why it might not start although it fits: a shortage by constants that are estimates. */
  readonly warning: Finding | null;
  /** Bytes of the whole replica's weights: what is downloaded and read. */
  readonly weightBytes: number;
  /** Slope and intercept of what one sequence of `tokens` takes of `kvCacheTokens`-equivalent room; see kv-cache.ts. */
  readonly kvBytesPerSequence: (tokens: number) => number;
  /** KV bytes of the whole replica that sequences may fill, replication already divided out of kvBytesPerSequence. */
  readonly kvCacheBytes: number;
}

import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { CacheLayers } from "./cache-layers.ts";

/** One group of layers that share a block table. */
interface CacheGroup {
  readonly kind: CacheLayers["kind"];
  /** Groups of this kind; the last one may hold padding layers. */
  readonly groups: number;
  readonly blockTokens: number;
  readonly window: number;
}

/** How an engine pages the cache of one GPU: all groups take blocks of one size from one pool. */
export interface CachePaging {
  readonly groups: readonly CacheGroup[];
  /** Bytes on one GPU of one block of one group. */
  readonly blockBytes: number;
  /** Smallest block of any group, in tokens. */
  readonly blockTokens: number;
  readonly statesPerSequence: number;
}

type PagingRules = Pick<EngineRelease, "blockTokens" | "cacheGrouping" | "hybridKvCache" | "recurrentStatesPerSequence">;

/** The grouping of vLLM's kv_cache_utils.py: equal groups of g layers, one page size, the remainder padded. Null when nothing is cached. */
export function pageCache(layers: readonly CacheLayers[], rules: PagingRules): CachePaging | null {
  const kinds = (rules.hybridKvCache ? layers : asFullAttention(layers)).filter((kind) => kind.layers > 0);
  const widest = Math.max(0, ...kinds.map((kind) => kind.bytesPerToken));
  if (widest === 0) return null;
  const counts = kinds.map((kind) => kind.layers);
  const fewest = Math.min(...counts);
  const most = Math.max(...counts);
  const groupLayers = most < rules.cacheGrouping.wholeBelowRatio * fewest ? most : fewest;
  const stateBytes = Math.max(0, ...kinds.map((kind) => kind.stateBytes));
  const blockTokens = rules.blockTokens * Math.max(1, Math.ceil(stateBytes / (widest * rules.blockTokens)));
  const pageBytes = blockTokens * widest;
  return {
    groups: kinds.map((kind) => ({
      kind: kind.kind,
      groups: Math.ceil(kind.layers / groupLayers),
      blockTokens: kind.bytesPerToken === 0 ? blockTokens : Math.floor(pageBytes / kind.bytesPerToken),
      window: kind.window,
    })),
    blockBytes: pageBytes * groupLayers,
    blockTokens,
    statesPerSequence: rules.recurrentStatesPerSequence,
  };
}

/** Blocks that one sequence of `tokens` holds when up to `chunkTokens` of it are computed in one step. */
export function sequenceBlocks(paging: CachePaging, tokens: number, chunkTokens: number): number {
  let blocks = 0;
  for (const group of paging.groups) blocks += group.groups * groupBlocks(group, tokens, chunkTokens, paging.statesPerSequence);
  return blocks;
}

function groupBlocks(group: CacheGroup, tokens: number, chunkTokens: number, statesPerSequence: number): number {
  switch (group.kind) {
    case "full":
      return Math.ceil(tokens / group.blockTokens);
    case "sliding":
      return Math.ceil(Math.min(group.window - 1 + chunkTokens, tokens) / group.blockTokens) + 1;
    case "chunked":
      return Math.ceil(Math.min(group.window + chunkTokens, tokens) / group.blockTokens);
    case "cross":
      return Math.ceil(group.window / group.blockTokens);
    case "recurrent":
      return statesPerSequence;
  }
}

/** Blocks that windowed layers need beyond their window while a prompt is being read, over all running sequences together. */
export function prefillBlocks(paging: CachePaging, chunkTokens: number): number {
  let blocks = 0;
  for (const group of paging.groups) {
    if (group.kind === "sliding" || group.kind === "chunked") blocks += group.groups * Math.ceil(chunkTokens / group.blockTokens);
  }
  return blocks;
}

/** Tokens that the engine prints as the size of its cache. */
export function reportedTokens(
  paging: CachePaging,
  blocks: number,
  maxConcurrency: number,
  maxModelLen: number,
  rule: EngineRelease["reportedTokens"],
): number {
  if (rule === "concurrency") return Math.floor(maxConcurrency * maxModelLen + 1e-6);
  const groups = paging.groups.reduce((sum, group) => sum + group.groups, 0);
  return Math.floor(blocks / groups) * paging.blockTokens;
}

/** Without a hybrid manager windowed layers are cached in full; layers of different widths share one page. */
function asFullAttention(layers: readonly CacheLayers[]): CacheLayers[] {
  const attention = layers.filter((kind) => kind.kind !== "recurrent" && kind.kind !== "cross");
  const count = attention.reduce((sum, kind) => sum + kind.layers, 0);
  const bytes = attention.reduce((sum, kind) => sum + kind.layers * kind.bytesPerToken, 0);
  const merged: CacheLayers[] =
    count === 0 ? [] : [{ kind: "full", layers: count, bytesPerToken: bytes / count, window: 0, stateBytes: 0 }];
  return [...merged, ...layers.filter((kind) => kind.kind === "recurrent")];
}

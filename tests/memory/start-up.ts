import { readFileSync } from "node:fs";
import type { Layout } from "../../planner/layouts/layout.ts";
import { gpuNamed, modelNamed, release, type Sized, sized } from "./sizing.ts";

/** One start-up of a real server, as its log tells it; null = not logged. */
export interface StartUp {
  readonly id: string;
  readonly catalogModel: string | null;
  readonly catalogGpu: string | null;
  readonly precision: Layout["precision"] | null;
  readonly engineVersion: string | null;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  readonly kvCacheDtype: Layout["kvCacheDtype"] | null;
  readonly gpuMemoryUtilization: number | null;
  readonly maxModelLen: number | null;
  readonly maxNumSeqs: number | null;
  readonly maxNumBatchedTokens: number | null;
  readonly enforceEager: boolean | null;
  readonly weightsGiB: number | null;
  readonly activationGiB: number | null;
  readonly kvCacheGiB: number | null;
  readonly kvCacheTokens: number | null;
  readonly maxConcurrency: number | null;
  /** Why the server did not come up. */
  readonly failed: string | null;
  /** Why the row says nothing about the planner. */
  readonly outside: string | null;
}

const file = new URL("fixtures/vllm-start-ups.json", import.meta.url);
export const startUps: readonly StartUp[] = JSON.parse(readFileSync(file, "utf8")).rows;

export interface Predicted extends Sized {
  readonly logged: StartUp;
}

/** What the planner says about a start-up from its command line alone: no logged figure goes in. */
export function predict(logged: StartUp): Predicted {
  const { catalogModel, catalogGpu, engineVersion, outside } = logged;
  if (outside !== null || catalogModel === null || catalogGpu === null || engineVersion === null) {
    throw new Error(`${logged.id} is outside: ${outside}`);
  }
  const said = {
    precision: logged.precision,
    tensorParallel: logged.tensorParallel,
    pipelineParallel: logged.pipelineParallel,
    kvCacheDtype: logged.kvCacheDtype,
    gpuMemoryUtilization: logged.gpuMemoryUtilization,
    maxModelLen: logged.maxModelLen,
    maxNumSeqs: logged.maxNumSeqs,
    maxNumBatchedTokens: logged.maxNumBatchedTokens,
    enforceEager: logged.enforceEager,
  };
  const wish = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)) as Partial<Layout>;
  return { logged, ...sized(modelNamed(catalogModel), gpuNamed(catalogGpu), release(engineVersion), wish) };
}

/** What aiconfigurator 0.10.0 predicts for some of the start-ups. */
interface PeerStartUp {
  readonly id: string;
  readonly kvCacheTokens: number | null;
}

/** KV tokens of the start-ups that both predict: absolute relative errors, smallest first. */
export function besidePeer(rows: readonly Predicted[]): { readonly own: number[]; readonly peer: number[] } {
  const peers: readonly PeerStartUp[] = JSON.parse(readFileSync(new URL("fixtures/peer-start-ups.json", import.meta.url), "utf8")).rows;
  const tokens = new Map(peers.map(({ id, kvCacheTokens }) => [id, kvCacheTokens]));
  const both = rows.filter((row) => row.logged.kvCacheTokens !== null && typeof tokens.get(row.logged.id) === "number");
  const logged = (row: StartUp) => row.kvCacheTokens;
  return {
    own: errors(both, logged, (row) => row.memory.kvCacheTokens),
    peer: errors(both, logged, (row) => tokens.get(row.logged.id) ?? Number.NaN),
  };
}

/** Absolute relative errors, smallest first, over the rows that logged the figure. */
export function errors(
  rows: readonly Predicted[],
  logged: (row: StartUp) => number | null,
  predicted: (row: Predicted) => number,
): number[] {
  return rows
    .flatMap((row) => {
      const truth = logged(row.logged);
      return truth === null ? [] : [Math.abs(predicted(row) / truth - 1)];
    })
    .toSorted((a, b) => a - b);
}

/** The value below which a share of sorted errors lies. */
export const quantile = (sorted: readonly number[], share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;

import type { EngineRelease } from "../../catalog/schema/engine.ts";
import type { Gpu } from "../../catalog/schema/gpu.ts";
import type { Model } from "../../catalog/schema/model.ts";
import type { Finding } from "../finding.ts";
import { completeLayout } from "./complete.ts";
import { gpusPerReplica, type Layout } from "./layout.ts";
import { layoutFindings } from "./legality.ts";
import type { Precision } from "./precision.ts";

export interface LayoutWishes {
  readonly precisions: readonly Precision[];
  readonly kvCacheDtype: Layout["kvCacheDtype"];
  readonly maxModelLen: number;
  /** GPUs of one node over which a replica may be divided; default 1, 2, 4, 8. */
  readonly tensorParallel?: readonly number[];
  /** Nodes that the replica spans: each has the same stages, all its GPUs take part. Default 1. */
  readonly nodes?: number;
}

export interface EnumeratedLayouts {
  readonly legal: Layout[];
  readonly illegal: { readonly layout: Layout; readonly finding: Finding }[];
}

const defaultSizes = [1, 2, 4, 8];

/**
 * Every layout worth pricing: each precision over 1, 2, 4 and 8 GPUs. A size at which tensor parallelism is illegal is tried with expert
 * parallelism, then with pipeline stages of the largest legal tensor-parallel size.
 */
export function enumerateLayouts(model: Model, gpu: Gpu, release: EngineRelease, wishes: LayoutWishes): EnumeratedLayouts {
  const legal: Layout[] = [];
  const illegal: EnumeratedLayouts["illegal"] = [];
  const complete = (precision: Precision, parallel: Partial<Layout>): Layout =>
    completeLayout(model, gpu, release, { precision, kvCacheDtype: wishes.kvCacheDtype, maxModelLen: wishes.maxModelLen, ...parallel });
  const { nodes = 1 } = wishes;
  const isLegal = (layout: Layout): boolean => layoutFindings(model, gpu, layout, release).length === 0;

  for (const precision of runnable(wishes.precisions, complete)) {
    for (const size of wishes.tensorParallel ?? defaultSizes) {
      const layout = complete(precision, { tensorParallel: size, pipelineParallel: nodes });
      const [finding] = layoutFindings(model, gpu, layout, release);
      if (finding === undefined) {
        legal.push(layout);
        continue;
      }
      illegal.push({ layout, finding });
      if (finding.path !== "tensorParallel") continue;
      const experts =
        model.moe === null ? [] : [complete(precision, { tensorParallel: size, pipelineParallel: nodes, expertParallel: size })];
      const stages = stageSplits(size).map((split) => complete(precision, { ...split, pipelineParallel: split.pipelineParallel * nodes }));
      const substitute = [...experts, ...stages].find(isLegal);
      if (substitute !== undefined) legal.push(substitute);
    }
  }
  return { legal: legal.toSorted((a, b) => gpusPerReplica(a) - gpusPerReplica(b)), illegal };
}

/** Without doubles: bf16 and fp16 are one on a GPU without bfloat16. */
const runnable = (precisions: readonly Precision[], complete: (precision: Precision, parallel: Partial<Layout>) => Layout): Precision[] => [
  ...new Set(precisions.map((precision) => complete(precision, {}).precision)),
];

/** Ways to spread `size` GPUs over pipeline stages, fewest stages first. */
const stageSplits = (size: number): Pick<Layout, "tensorParallel" | "pipelineParallel">[] =>
  [2, 4, 8].filter((stages) => size % stages === 0).map((stages) => ({ tensorParallel: size / stages, pipelineParallel: stages }));

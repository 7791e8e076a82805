import type { EngineGeneration, StepTimeConstants } from "../../catalog/schema/step-time.ts";
import { gpusPerReplica } from "../../planner/layouts/layout.ts";
import { engineTiming } from "../../planner/performance/engine-generation.ts";
import type { Observation } from "../../tests/accuracy/back-test.ts";

/** Which GPUs and model families these observations are of, by GPU family. */
export function measuredOf({ measured }: StepTimeConstants, observations: readonly Observation[]): StepTimeConstants["measured"] {
  const families = new Map<string, { gpus: Set<string>; modelFamilies: Set<string> }>();
  for (const { rowCase, figures } of observations) {
    const { gpu, model } = rowCase.replica;
    if (figures.length === 0 || gpu.performanceFamily === null) continue;
    const family = families.get(gpu.performanceFamily) ?? { gpus: new Set(), modelFamilies: new Set() };
    family.gpus.add(gpu.id);
    family.modelFamilies.add(model.family);
    families.set(gpu.performanceFamily, family);
  }
  const gpuFamilies = [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([family, { gpus, modelFamilies }]) => ({ family, gpus: [...gpus].sort(), modelFamilies: [...modelFamilies].sort() }));
  return { ...measured, gpuFamilies, reach: reachOf(observations) };
}

/** What a step takes when nobody says which release it is: the mean of the runs that each generation was fitted on. */
export function unstatedFactors(constants: StepTimeConstants, observations: readonly Observation[]): StepTimeConstants["engines"] {
  const factors = new Map<EngineGeneration, number[]>();
  for (const { rowCase, figures } of observations) {
    const { engine, version } = rowCase.replica.release;
    const { generation, versionFactor } = engineTiming(constants, engine, version);
    if (figures.length > 0) factors.set(generation, [...(factors.get(generation) ?? []), Math.log(versionFactor)]);
  }
  return constants.engines.map((generation) => {
    const logarithms = factors.get(generation) ?? [0];
    return { ...generation, unstatedFactor: Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length) };
  });
}

function reachOf(observations: readonly Observation[]): StepTimeConstants["measured"]["reach"] {
  const largest = (of: (observation: Observation) => number): number =>
    Math.ceil(observations.reduce((most, one) => Math.max(most, of(one)), 1));
  return {
    contextTokens: largest(({ rowCase: { lengths } }) => lengths.inputTokens + lengths.outputTokens),
    runningSequences: largest(({ rowCase: { row } }) => (row.load_kind === "qps" ? 1 : (row.concurrency_or_qps ?? 1))),
    gpusPerReplica: largest(({ rowCase: { replica } }) => gpusPerReplica(replica.layout)),
  };
}

/** Source -> rows, in the order of their names. */
export const sourcesOf = (observations: readonly Observation[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(observations, ({ rowCase }) => rowCase.row.group)].map(([group, rows]) => [group, rows.length] as const).sort(),
  );

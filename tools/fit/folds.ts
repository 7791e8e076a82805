import type { Observation } from "../../tests/accuracy/back-test.ts";

/** What is left out together, so that nothing of it helps to predict it. */
export const foldSchemes = {
  /** Same source, model, GPU, format, engine and layout: a new point of a source that is known. */
  layout: ({ rowCase: { row } }) =>
    `${slot([row.group, row.model, row.gpu, row.precision, row.engine, row.tp, row.gpu_count].join(" "), 6)}`,
  /** A model family on a GPU. */
  modelOnGpu: ({ rowCase: { row, replica } }) => `${slot(`${replica.model.family} ${row.gpu}`, 10)}`,
  modelFamily: ({ rowCase: { replica } }) => replica.model.family,
  gpuFamily: ({ rowCase: { replica } }) => replica.gpu.performanceFamily ?? "none",
  source: ({ rowCase: { row } }) => row.group,
} as const satisfies Readonly<Record<string, (observation: Observation) => string>>;

export type FoldScheme = keyof typeof foldSchemes;
export const foldSchemeNames = Object.keys(foldSchemes) as FoldScheme[];

/** Groups with fewer rows than this are left out several at a time. */
const smallGroup = 20;

/** The observations in the groups that are left out one after the other, in a fixed order. */
export function foldsOf(scheme: FoldScheme, observations: readonly Observation[]): Observation[][] {
  const groups = Map.groupBy(observations, foldSchemes[scheme]);
  const folds = new Map<string, Observation[]>();
  for (const [name, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fold = members.length >= smallGroup ? name : `small ${slot(name, 3)}`;
    folds.set(fold, [...(folds.get(fold) ?? []), ...members]);
  }
  return [...folds.values()].filter((members) => members.some(({ figures }) => figures.length > 0));
}

/** A number below `slots` that depends on the name alone: FNV-1a. */
function slot(name: string, slots: number): number {
  let hash = 2166136261;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return (hash >>> 0) % slots;
}

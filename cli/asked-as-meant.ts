import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import type { Precision } from "../planner/layouts/precision.ts";

export interface AsMeant {
  readonly wish: Partial<Layout>;
  readonly assumptions: readonly Finding[];
}

/** A wish in the words of a benchmark, in those of the engine it ran on; the assumptions say what was read differently. */
export function asMeant(wish: Partial<Layout>, model: Model, release: EngineRelease): AsMeant {
  const precision = wish.precision === undefined ? undefined : ggufOfBits[wish.precision];
  const readsBits = precision !== undefined && wish.precision !== precision && offersInstead(release, wish.precision, precision);
  const spreadsNothing = model.moe === null && (wish.expertParallel ?? 1) > 1;
  return {
    wish: { ...wish, ...(readsBits ? { precision } : {}), ...(spreadsNothing ? { expertParallel: 1 } : {}) },
    assumptions: [
      ...(readsBits ? [precisionReadAs(wish.precision, precision, release)] : []),
      ...(spreadsNothing ? [noExperts(model, wish.expertParallel ?? 1)] : []),
    ],
  };
}

/** The plain GGUF format of as many bits: what int4 and int8 mean where weights are GGUF files. */
const ggufOfBits: Partial<Record<Precision, Precision>> = {
  "int4-w4a16": "gguf-q4_0",
  int8: "gguf-q8_0",
  "int8-w8a8": "gguf-q8_0",
  "int8-w8a16": "gguf-q8_0",
};

const offersInstead = ({ formats }: EngineRelease, asked: Precision | undefined, other: Precision): boolean =>
  !formats.some(({ precision }) => precision === asked) && formats.some(({ precision }) => precision === other);

const precisionReadAs = (asked: Precision | undefined, value: Precision, release: EngineRelease): Finding => ({
  code: "precision-read-as",
  path: "precision",
  message: `${asked} was read as ${value}: ${release.engine} has GGUF formats only`,
  value,
});

const noExperts = (model: Model, asked: number): Finding => ({
  code: "expert-parallel-read-as",
  path: "expertParallel",
  message: `${asked} was read as 1: ${model.id} has no experts to deal out`,
  value: 1,
});

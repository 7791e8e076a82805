import type { EngineRelease } from "../catalog/schema/engine.ts";
import type { Model } from "../catalog/schema/model.ts";
import type { Finding } from "../planner/finding.ts";
import type { Layout } from "../planner/layouts/layout.ts";
import type { Precision } from "../planner/layouts/precision.ts";
import type { AskedPrecision } from "./request.ts";

export interface AsMeant {
  readonly wish: Partial<Layout>;
  readonly assumptions: readonly Finding[];
}

/** A layout as it was wished for, and the format that the model's name says. */
export interface AsAsked {
  readonly wish: Omit<Partial<Layout>, "precision"> & { readonly precision?: AskedPrecision };
  readonly named: Precision | undefined;
}

/** A wish in the words of a benchmark, in those of the engine it ran on; the assumptions say what was read differently. */
export function asMeant({ wish, named }: AsAsked, model: Model, release: EngineRelease): AsMeant {
  const { precision: asked = named, ...others } = wish;
  const precision = asked === undefined ? undefined : precisionMeant(asked, named, release);
  const readsPrecision = asked !== undefined && precision !== undefined && asked !== precision;
  const spreadsNothing = model.moe === null && (wish.expertParallel ?? 1) > 1;
  return {
    wish: { ...others, ...(precision === undefined ? {} : { precision }), ...(spreadsNothing ? { expertParallel: 1 } : {}) },
    assumptions: [
      ...(readsPrecision ? [precisionReadAs(asked, precision, named, release)] : []),
      ...(spreadsNothing ? [noExperts(model, wish.expertParallel ?? 1)] : []),
    ],
  };
}

/** The plain GGUF format of as many bits: what int4 and int8 mean where weights are GGUF files. */
const ggufOfBits: Partial<Record<AskedPrecision, Precision>> = {
  int4: "gguf-q4_0",
  "int4-w4a16": "gguf-q4_0",
  int8: "gguf-q8_0",
  "int8-w8a8": "gguf-q8_0",
  "int8-w8a16": "gguf-q8_0",
};

/** `int4` is what the model's name says where that is one, GGUF where the engine has nothing else, and weights of 4 bits beside activations of 16. */
function precisionMeant(asked: AskedPrecision, named: Precision | undefined, release: EngineRelease): Precision {
  if (asked === "int4" && named !== undefined && isInt4(named)) return named;
  const wanted = asked === "int4" ? "int4-w4a16" : asked;
  const gguf = ggufOfBits[asked];
  return gguf !== undefined && !offers(release, wanted) && offers(release, gguf) ? gguf : wanted;
}

/** True for the formats of integers with 4 bits, which `int4` alone does not tell apart. */
export const isInt4 = (precision: Precision): boolean => precision.includes("int4") || /^gguf-i?q4/.test(precision);

const offers = ({ formats }: EngineRelease, asked: Precision): boolean => formats.some(({ precision }) => precision === asked);

const precisionReadAs = (asked: AskedPrecision, value: Precision, named: Precision | undefined, release: EngineRelease): Finding => ({
  code: "precision-read-as",
  path: "precision",
  message: `${asked} was read as ${value}: ${readBecause(value, named, release)}`,
  value,
});

function readBecause(value: Precision, named: Precision | undefined, { engine }: EngineRelease): string {
  if (value === named) return "the model's name says so";
  return value === "int4-w4a16" ? "weights of 4 bits, activations of 16" : `${engine} has GGUF formats only`;
}

const noExperts = (model: Model, asked: number): Finding => ({
  code: "expert-parallel-read-as",
  path: "expertParallel",
  message: `${asked} was read as 1: ${model.id} has no experts to deal out`,
  value: 1,
});

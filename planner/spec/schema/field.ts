import { z } from "zod";
import { show } from "../show.ts";

/** What an editor shows about a field, and what docs/spec.md lists. */
export interface FieldFacts {
  readonly description: string;
  readonly default?: unknown;
  /** For a default that is not one value: `from the model`. */
  readonly defaultText?: string;
  readonly example?: unknown;
}

interface QuantityFacts extends FieldFacts {
  /** `a number of requests per second`: the subject of "expected ...". */
  readonly noun: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
}

const range = (min: number, max: number): string => `${grouped(min)} to ${grouped(max)}`;
const grouped = (value: number): string => (Number.isInteger(value) ? String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",") : String(value));

/** A number with its unit and range in its description and in its error. */
export function quantity({ noun, unit, min, max, whole, ...facts }: QuantityFacts) {
  const kind = whole
    ? z.int({ error: (issue) => `expected ${noun}, found ${show(issue.input)}` })
    : z.number({ error: (issue) => `expected ${noun}, found ${show(issue.input)}` });
  const outside = (input: unknown): string => `expected ${noun} from ${range(min, max)}, found ${show(input)}`;
  return kind
    .min(min, { error: (issue) => outside(issue.input) })
    .max(max, { error: (issue) => outside(issue.input) })
    .meta(meta(facts, { unit, range: range(min, max) }));
}

/** Text that follows a rule; `noun` says the rule: `a name of lower-case letters, digits and dashes`. */
export function text({
  noun,
  pattern,
  maxLength = 512,
  ...facts
}: FieldFacts & { readonly noun: string; readonly pattern?: RegExp; readonly maxLength?: number }) {
  const error = (issue: { readonly input?: unknown }): string => `expected ${noun}, found ${found(issue.input)}`;
  const base = z.string({ error }).min(1, { error }).max(maxLength, { error });
  return (pattern === undefined ? base : base.regex(pattern, { error })).meta(meta(facts, {}));
}

/** YAML reads an unquoted 0.19 or true as a number or a boolean. */
const found = (input: unknown): string =>
  typeof input === "number" || typeof input === "boolean" ? `the ${typeof input} ${input}, which needs quotes` : show(input);

export function choice<const Values extends readonly string[]>(values: Values, facts: FieldFacts) {
  return z.enum(values, { error: (issue) => `expected one of ${values.join(", ")}, found ${show(issue.input)}` }).meta(meta(facts, {}));
}

export function list<Item extends z.ZodType>(item: Item, { noun, ...facts }: FieldFacts & { readonly noun: string }) {
  return z.array(item, { error: (issue) => `expected ${noun}, found ${show(issue.input)}` }).meta(meta(facts, {}));
}

export function mapping<Shape extends z.ZodRawShape>(shape: Shape, { noun, ...facts }: FieldFacts & { readonly noun: string }) {
  return z
    .strictObject(shape, { error: (issue) => (issue.code === "invalid_type" ? `expected ${noun}, found ${show(issue.input)}` : undefined) })
    .meta(meta(facts, {}));
}

/** A mapping whose keys the user chooses. */
export function dictionary<Value extends z.ZodType>(value: Value, { noun, ...facts }: FieldFacts & { readonly noun: string }) {
  return z.record(z.string(), value, { error: (issue) => `expected ${noun}, found ${show(issue.input)}` }).meta(meta(facts, {}));
}

function meta(facts: FieldFacts, measure: { readonly unit?: string; readonly range?: string }): Record<string, unknown> {
  const defaultText = facts.defaultText ?? (facts.default === undefined ? undefined : JSON.stringify(facts.default));
  const sentences = [
    facts.description,
    measure.unit === undefined ? "" : `Unit: ${measure.unit}.`,
    measure.range === undefined ? "" : `Range: ${measure.range}.`,
    defaultText === undefined ? "" : `Default: ${defaultText}.`,
  ];
  return {
    description: sentences.filter((sentence) => sentence !== "").join(" "),
    ...(facts.default === undefined ? {} : { default: facts.default }),
    ...(facts.example === undefined ? {} : { examples: [facts.example] }),
  };
}

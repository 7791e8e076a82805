import type { InputObject, InputType, InputTypes } from "./inputTypes.ts";

export interface InputFailure {
  readonly property: string;
  readonly reason: string;
}

/** What the engine sends for a value that is not known before `up`. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Inputs = Readonly<Record<string, unknown>>;
type Definitions = InputTypes["definitions"];

/** Everything in the inputs that the SDK's types do not know, lack or have otherwise. */
export function checkInputs({ tokens, definitions }: InputTypes, token: string, inputs: Inputs): InputFailure[] {
  const declared = tokens[token];
  if (declared === undefined) return [{ property: "", reason: `the stand-in provider does not know ${token}; add it to sdkInputTypes.ts` }];
  return checkObject(declared, inputs, "", definitions);
}

/** Provider inputs travel as text: whatever is not a string is JSON. */
export function checkProviderInputs(types: InputTypes, sdk: string, inputs: Inputs): InputFailure[] {
  const token = `pulumi:providers:${sdk}`;
  const declared = types.tokens[token]?.inputs ?? {};
  const { version: _, ...own } = inputs;
  const read = Object.entries(own).map(([name, value]): [string, unknown] => [name, declared[name] === "string" ? value : fromText(value)]);
  return checkInputs(types, token, Object.fromEntries(read));
}

function fromText(value: unknown): unknown {
  if (typeof value !== "string" || value === unknownValue) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function checkObject(
  { required = [], inputs: declared }: InputObject,
  inputs: Inputs,
  path: string,
  definitions: Definitions,
): InputFailure[] {
  const given = Object.entries(inputs).filter(([, value]) => value !== null && value !== undefined);
  const names = new Set(given.map(([name]) => name));
  const missing = required.filter((name) => !names.has(name)).map((name) => ({ property: path + name, reason: "is missing" }));
  return [
    ...missing,
    ...given.flatMap(([name, value]) => {
      const type = Object.hasOwn(declared, name) ? declared[name] : undefined;
      if (type === undefined) return [{ property: path + name, reason: "is no input of this type" }];
      return checkValue(type, value, path + name, definitions);
    }),
  ];
}

function checkValue(type: InputType, value: unknown, path: string, definitions: Definitions): InputFailure[] {
  if (value === unknownValue || type === "any") return [];
  if (typeof type === "string") {
    return type.startsWith("@") ? checkNested(type.slice(1), value, path, definitions) : checkPlain(type, value, path);
  }
  if ("list" in type) {
    if (!Array.isArray(value)) return [wrong(path, "a list", value)];
    return value.flatMap((member, index) => checkValue(type.list, member, `${path}[${index}]`, definitions));
  }
  if ("map" in type) {
    if (!isObject(value)) return [wrong(path, "a map", value)];
    return Object.entries(value).flatMap(([key, member]) => checkValue(type.map, member, `${path}.${key}`, definitions));
  }
  const tried = type.either.map((one) => checkValue(one, value, path, definitions));
  return tried.some((failures) => failures.length === 0) ? [] : (tried[0] ?? []);
}

function checkNested(name: string, value: unknown, path: string, definitions: Definitions): InputFailure[] {
  const definition = definitions[name];
  if (definition === undefined) throw new Error(`no definition of ${name}`);
  return isObject(value) ? checkObject(definition, value, `${path}.`, definitions) : [wrong(path, "an object", value)];
}

function checkPlain(type: string, value: unknown, path: string): InputFailure[] {
  const isRight = type.startsWith("=") ? value === type.slice(1) : typeof value === type;
  return isRight ? [] : [wrong(path, type.startsWith("=") ? `"${type.slice(1)}"` : `a ${type}`, value)];
}

const isObject = (value: unknown): value is Inputs => typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (property: string, expected: string, value: unknown): InputFailure => ({
  property,
  reason: `must be ${expected}, is ${Array.isArray(value) ? "a list" : `a ${typeof value}`}`,
});

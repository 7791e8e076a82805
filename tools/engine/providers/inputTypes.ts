import { readFileSync } from "node:fs";

/** What an input may be: a keyword, `@Name` of a definition, `=text` for that text alone, or something made of types. */
export type InputType = string | { readonly list: InputType } | { readonly map: InputType } | { readonly either: readonly InputType[] };

export interface InputObject {
  readonly required?: readonly string[];
  readonly inputs: Readonly<Record<string, InputType>>;
}

/** The inputs of every resource, provider and function that the program uses, as the installed SDKs declare them. */
export interface InputTypes {
  /** Versions of the SDKs, by name of the plugin. */
  readonly versions: Readonly<Record<string, string>>;
  /** By type token. */
  readonly tokens: Readonly<Record<string, InputObject>>;
  readonly definitions: Readonly<Record<string, InputObject>>;
}

export const inputTypesFile = new URL("inputTypes.json", import.meta.url);

export const readInputTypes = (): InputTypes => JSON.parse(readFileSync(inputTypesFile, "utf8")) as InputTypes;

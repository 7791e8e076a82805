import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { InputObject, InputType, InputTypes } from "./inputTypes.ts";

interface Declared {
  /** Name of the plugin: aws, gcp or kubernetes. */
  readonly sdk: string;
  /** Below the package, without the ending. */
  readonly module: string;
  readonly arguments: string;
}

/** Everything the program registers or asks for. A resource that is not here is refused by the stand-in providers. */
const declared: Readonly<Record<string, Declared>> = {
  "pulumi:providers:aws": { sdk: "aws", module: "provider", arguments: "ProviderArgs" },
  "pulumi:providers:gcp": { sdk: "gcp", module: "provider", arguments: "ProviderArgs" },
  "pulumi:providers:kubernetes": { sdk: "kubernetes", module: "provider", arguments: "ProviderArgs" },
  "aws:eks/getCluster:getCluster": { sdk: "aws", module: "eks/getCluster", arguments: "GetClusterOutputArgs" },
  "gcp:container/getCluster:getCluster": { sdk: "gcp", module: "container/getCluster", arguments: "GetClusterOutputArgs" },
  ...resources("aws", ["ec2/launchTemplate:LaunchTemplate", "eks/nodeGroup:NodeGroup"]),
  ...resources("gcp", ["container/nodePool:NodePool"]),
  ...resources("kubernetes", [
    "apps/v1:Deployment",
    "core/v1:Namespace",
    "core/v1:Secret",
    "core/v1:Service",
    "core/v1:ServiceAccount",
    "networking.k8s.io/v1:NetworkPolicy",
    "policy/v1:PodDisruptionBudget",
    "scheduling.k8s.io/v1:PriorityClass",
  ]),
};

function resources(sdk: string, tokens: readonly string[]): Record<string, Declared> {
  const declarations = tokens.map((token): [string, Declared] => {
    const [module = "", name = ""] = token.split(":");
    const file = sdk === "kubernetes" ? `${module.replace(".k8s.io", "")}/${name.charAt(0).toLowerCase()}${name.slice(1)}` : module;
    return [`${sdk}:${token}`, { sdk, module: file, arguments: `${name}Args` }];
  });
  return Object.fromEntries(declarations);
}

const require = createRequire(import.meta.url);
const folderOf = (sdk: string): string => dirname(require.resolve(`@pulumi/${sdk}/package.json`));

/** Reads the declarations of the installed SDKs: each token's own inputs and every nested type that they reach. */
export function sdkInputTypes(): InputTypes {
  const nested = new Map(["aws", "gcp", "kubernetes"].map((sdk) => [sdk, interfacesOf(join(folderOf(sdk), "types/input.d.ts"))]));
  const definitions = new Map<string, InputObject>();
  const define = (sdk: string, name: string): string => {
    const key = `${sdk}.${name}`;
    const found = nested.get(sdk)?.get(name);
    if (found === undefined) throw new Error(`@pulumi/${sdk} declares no inputs.${name}`);
    if (!definitions.has(key)) {
      definitions.set(key, { inputs: {} });
      definitions.set(
        key,
        inputObject(found, (inner) => define(sdk, inner)),
      );
    }
    return `@${key}`;
  };
  const tokens = Object.entries(declared).map(([token, { sdk, module, arguments: name }]): [string, InputObject] => {
    const found = interfacesOf(join(folderOf(sdk), `${module}.d.ts`)).get(name);
    if (found === undefined) throw new Error(`@pulumi/${sdk}/${module} declares no ${name}`);
    return [token, inputObject(found, (inner) => define(sdk, inner))];
  });
  return {
    versions: Object.fromEntries([...nested.keys()].map((sdk) => [sdk, versionOf(sdk)])),
    tokens: sorted(tokens),
    definitions: sorted([...definitions]),
  };
}

const versionOf = (sdk: string): string =>
  (JSON.parse(readFileSync(join(folderOf(sdk), "package.json"), "utf8")) as { version: string }).version;

const sorted = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The interfaces of a file by their qualified names: `eks.NodeGroupTaint`. */
function interfacesOf(file: string): Map<string, ts.InterfaceDeclaration> {
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (node: ts.Node, prefix: string): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(prefix + node.name.text, node);
    if (ts.isModuleDeclaration(node) && node.body) visit(node.body, `${prefix}${node.name.text}.`);
    if (ts.isModuleBlock(node) || ts.isSourceFile(node)) for (const statement of node.statements) visit(statement, prefix);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true), "");
  return found;
}

type Define = (name: string) => string;

function inputObject(declaration: ts.InterfaceDeclaration, define: Define): InputObject {
  const members = declaration.members.filter(ts.isPropertySignature);
  const required = members.filter(({ questionToken }) => questionToken === undefined).map(nameOf);
  return {
    ...(required.length === 0 ? {} : { required: required.toSorted() }),
    inputs: sorted(members.map((member) => [nameOf(member), inputType(member.type, define)])),
  };
}

function nameOf({ name }: ts.PropertySignature): string {
  if (ts.isIdentifier(name) || ts.isStringLiteral(name)) return name.text;
  throw new Error("an input with a computed name");
}

function inputType(node: ts.TypeNode | undefined, define: Define): InputType {
  if (node === undefined) return "any";
  if (ts.isParenthesizedTypeNode(node)) return inputType(node.type, define);
  if (ts.isArrayTypeNode(node)) return { list: inputType(node.elementType, define) };
  if (ts.isUnionTypeNode(node)) return either(node.types.map((member) => inputType(member, define)));
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return `=${node.literal.text}`;
  if (ts.isTypeReferenceNode(node)) return referenced(node, define);
  if (ts.isTypeLiteralNode(node)) {
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    if (index !== undefined) return { map: inputType(index.type, define) };
  }
  const keyword = keywords.get(node.kind);
  if (keyword === undefined) throw new Error(`an input of an unexpected kind: ${ts.SyntaxKind[node.kind]}`);
  return keyword;
}

const keywords: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.AnyKeyword, "any"],
  [ts.SyntaxKind.UndefinedKeyword, "undefined"],
]);

/** `pulumi.Input<T>` is T; enumerations of the SDKs are open, so any text is theirs. */
function referenced(node: ts.TypeReferenceNode, define: Define): InputType {
  const name = node.typeName.getText();
  if (name === "pulumi.Input") return inputType(node.typeArguments?.[0], define);
  return name.startsWith("inputs.") ? define(name.slice("inputs.".length)) : "string";
}

function either(members: readonly InputType[]): InputType {
  const types = members.filter((type) => type !== "undefined");
  const [only] = types;
  return types.length === 1 && only !== undefined ? only : { either: types };
}

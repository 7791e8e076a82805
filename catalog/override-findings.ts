import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { Finding } from "../planner/finding.ts";
import { suggest } from "./names.ts";

/** A finding with its place in a file that a person wrote; line and column count from 1. */
export interface OverrideFinding extends Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type YamlPath = readonly (string | number)[];

/** A YAML text as plain data that remembers where everything stood. */
export interface YamlText {
  readonly value: unknown;
  /** What keeps the text from being YAML; then `value` means nothing. */
  readonly findings: readonly OverrideFinding[];
  has(path: YamlPath): boolean;
  findingAt(path: YamlPath, finding: Omit<Finding, "path">): OverrideFinding;
}

export function readYamlText(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const unreadable = (message: string, offset: number): OverrideFinding => ({
    code: "invalid-yaml",
    path: "",
    message: message.charAt(0).toLowerCase() + message.slice(1),
    ...place(offset),
  });
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
    const findings = [...document.errors, ...document.warnings].map((error) => unreadable(error.message, error.pos[0]));
    return {
      value: findings.length > 0 ? null : document.toJS(),
      findings,
      has: (path) => document.hasIn(path),
      findingAt: (path, finding) => ({ ...finding, path: pathText(path), ...place(offsetOf(document, path)) }),
    };
  } catch (error) {
    // Too many aliases, or nested too deeply: the library throws for these.
    const finding = unreadable(error instanceof Error ? error.message : "cannot be read", 0);
    return { value: null, findings: [finding], has: () => false, findingAt: () => finding };
  }
}

const pathText = (path: YamlPath): string =>
  path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");

/** Offset of the key or item at a path, or of its nearest parent that is written down. */
function offsetOf(document: Document.Parsed, path: YamlPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path[length - 1]) : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

export function unknownName(yaml: YamlText, path: YamlPath, noun: string, name: string, known: readonly string[]): OverrideFinding {
  const near = suggest(name, known);
  const suggestion = near === undefined ? {} : { suggestion: `did you mean "${near}"?` };
  return yaml.findingAt(path, {
    code: `unknown-${noun.toLowerCase().replace(" ", "-")}`,
    message: `unknown ${noun} "${name}"`,
    ...suggestion,
  });
}

export const dateSuggestion = "write it here or once at the head of the file";

/** A finding for each zod issue, and one for each unknown field; `fieldsAt` are the fields that an object at a path may have. */
export function schemaFindings(
  yaml: YamlText,
  prefix: YamlPath,
  error: z.ZodError,
  fieldsAt: (path: YamlPath) => readonly string[],
): OverrideFinding[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const near = suggest(key, fieldsAt(path));
        const suggestion = near === undefined ? {} : { suggestion: `did you mean "${near}"?` };
        return yaml.findingAt([...path, key], { code: "unknown-field", message: `unknown field "${key}"`, ...suggestion });
      });
    }
    if (!yaml.has(path)) {
      const suggestion = path.at(-1) === "asOf" ? { suggestion: dateSuggestion } : {};
      return [yaml.findingAt(path, { code: "missing-field", message: "is missing", ...suggestion })];
    }
    const message = issue.message.replace(/^Invalid (input|option): /, "");
    return [yaml.findingAt(path, { code: "invalid-value", message: message.charAt(0).toLowerCase() + message.slice(1) })];
  });
}

import type { Document, YAMLError } from "yaml";
import { LineCounter, parseDocument } from "yaml";
import type { Finding } from "../finding.ts";
import { parentPath } from "./path.ts";
import { findSecrets, redactSecrets } from "./secrets.ts";
import { maxDepth, readTree } from "./yaml-tree.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type LocatedFinding = Finding & Position;

/** A spec file read into plain data that remembers where each key stood. */
export interface YamlSource {
  /** The mapping at the top; null when the file could not be read as one. */
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly findings: readonly LocatedFinding[];
  /** Of the key at a path, or of its nearest parent that is in the file. */
  position(path: string): Position;
}

const maxFileBytes = 8 * 2 ** 20;
const maxSyntaxErrors = 5;
const start: Position = { line: 1, column: 1 };

/** Never throws and never hangs, whatever the text. */
export function readYaml(text: string): YamlSource {
  const refused = refusedBeforeParsing(text);
  if (refused !== null) return { value: null, findings: [{ ...refused, ...start }], position: () => start };
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parse(text, lines);
  const secrets = findSecrets(text).map(({ name, offset }) => ({ ...secretFinding(name), ...at(offset) }));
  const unreadable = document === null ? [tooDeep] : syntaxFindings([...document.errors, ...document.warnings], at);
  if (document === null || unreadable.length > 0) return { value: null, findings: [...unreadable, ...secrets], position: () => start };
  const tree = readTree(document.contents);
  const findings = tree.findings.map(({ offset, ...finding }) => ({ ...finding, ...at(offset) }));
  return {
    value: tree.value,
    findings: [...findings, ...secrets],
    position(path) {
      for (let place = path; place !== ""; place = parentPath(place)) {
        const offset = tree.offsets.get(place);
        if (offset !== undefined) return at(offset);
      }
      return start;
    },
  };
}

function refusedBeforeParsing(text: string): Finding | null {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxFileBytes) {
    const limits = { value: bytes, limit: maxFileBytes, unit: "bytes" };
    return { code: "file-too-large", path: "", message: `the file has ${bytes} bytes, the limit is ${maxFileBytes}`, ...limits };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) {
    return { code: "not-text", path: "", message: "the file is not UTF-8 text", suggestion: "a fleet spec is a YAML file" };
  }
  if (text.trim() !== "") return null;
  return { code: "empty-file", path: "", message: "the file is empty", suggestion: "start with `fleet: <name>` and a list of `workloads`" };
}

const tooDeep: LocatedFinding = {
  code: "too-deep",
  path: "",
  message: `the file is nested too deeply; the limit is ${maxDepth} levels`,
  ...start,
};

function parse(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    // Duplicate keys are found while reading the tree: the library compares every key with every other one.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const syntaxMessages: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab stands where spaces must; YAML is indented with spaces",
  MULTIPLE_DOCS: "the file holds several YAML documents; a fleet spec is one",
  BAD_INDENT: "the indentation does not fit the lines around it, or a `[` or `{` above is not closed",
  MULTILINE_IMPLICIT_KEY: "a key has no `:` behind it, or the indentation is off",
  MISSING_CHAR: "a quote, bracket, comma or `:` is missing",
  TAG_RESOLVE_FAILED: "tags such as `!name` are not read; write the plain value",
};

/** What follows the first errors is mostly their echo, so one a line and a few in all are shown. */
function syntaxFindings(errors: readonly YAMLError[], at: (offset: number) => Position): LocatedFinding[] {
  if (errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) return [tooDeep];
  const byLine = new Map<number, LocatedFinding>();
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const position = at(error.pos[0]);
    const [said = ""] = redactSecrets(error.message).split("\n");
    const message = syntaxMessages[error.code] ?? said.charAt(0).toLowerCase() + said.slice(1);
    if (!byLine.has(position.line)) byLine.set(position.line, { code: "invalid-yaml", path: "", message, ...position });
  }
  return [...byLine.values()].slice(0, maxSyntaxErrors);
}

const secretFinding = (name: string): Finding => ({
  code: "secret-in-spec",
  path: "",
  message: `this looks like ${name}; a spec is committed and shown, so it must hold none`,
  suggestion: "revoke it, put the new one into a Kubernetes secret and write the secret's name",
});

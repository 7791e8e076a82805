import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Finding } from "../planner/finding.ts";
import { badInput } from "./failure.ts";
import type { Checked } from "./request.ts";
import type { Session } from "./session.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface BatchKind<Request> {
  readonly read: (fields: Fields) => Checked<Request>;
  readonly answer: (request: Request) => object;
}

/**
 * JSON lines in, JSON lines out, one answer for each line that is not blank, in order and as soon as it is known.
 * A line that cannot be answered gets `error` and the others still get theirs. Ends with 2 when a line was no JSON object.
 */
export async function runBatch<Request>(file: string, kind: BatchKind<Request>, session: Session): Promise<void> {
  const input = file === "-" ? Readable.from(session.io.input) : createReadStream(resolve(session.io.directory, file));
  // Without `crlfDelay` a carriage return that ends a chunk would count as a line of its own.
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const failed = new Promise<never>((_, reject) => input.once("error", (error: NodeJS.ErrnoException) => reject(unreadable(file, error))));
  await Promise.race([failed, answerAll(lines, kind, session)]);
}

async function answerAll<Request>(lines: AsyncIterable<string>, kind: BatchKind<Request>, session: Session): Promise<void> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() === "") continue;
    const fields = parseObject(text);
    if (fields === undefined) session.endWith(2);
    const answer = fields === undefined ? { error: noObject(number, text) } : answerLine(fields, kind);
    await session.io.out.write(`${JSON.stringify(answer)}\n`);
  }
}

function answerLine<Request>(fields: Fields, kind: BatchKind<Request>): object {
  const id = "id" in fields ? { id: fields.id } : {};
  const checked = kind.read(fields);
  if ("request" in checked) return { ...id, ...answerOrBug(checked.request, kind) };
  const [first, ...others] = checked.findings;
  return { ...id, error: first, ...(others.length > 0 ? { otherErrors: others } : {}) };
}

/** A bug that one line brings to light must not cost the other lines their answer. */
function answerOrBug<Request>(request: Request, kind: BatchKind<Request>): object {
  try {
    return kind.answer(request);
  } catch (error) {
    const message = `a bug in gpufleet: ${error instanceof Error ? error.message : String(error)}`;
    return { error: { code: "bug", path: "", message, suggestion: "please report it with this line" } satisfies Finding };
  }
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
    const fields = value as Fields;
    return typeof fields.id === "number" ? { ...fields, id: exactId(text, fields.id) } : fields;
  } catch {
    return undefined;
  }
}

interface RawJson {
  readonly rawJSON?: (text: string) => unknown;
}
type SourceReviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** A numeric id as it was written: JSON.parse would round 20 digits and drop the point of 1.0. */
function exactId(text: string, id: number): unknown {
  const { rawJSON } = JSON as RawJson;
  if (rawJSON === undefined) return id;
  let source = String(id);
  const reviver: SourceReviver = (key, value, context) => {
    if (key === "id" && value === id && context?.source !== undefined) source = context.source;
    return value;
  };
  JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
  return source === String(id) ? id : rawJSON(source);
}

const noObject = (line: number, text: string): Finding => ({
  code: "not-a-json-object",
  path: `line ${line}`,
  message: "this line is no JSON object",
  value: text.length > 80 ? `${text.slice(0, 79)}…` : text,
  suggestion: 'write one object a line, such as {"model": "Qwen/Qwen3-8B", "gpu": "l4"}',
});

const unreadable = (file: string, error: NodeJS.ErrnoException) =>
  badInput({
    code: "unreadable-file",
    path: file,
    message: error.code === "ENOENT" ? "there is no such file" : `the file cannot be read (${error.code ?? error.message})`,
    suggestion: "--batch takes a file with one JSON object a line, or - for standard input",
  });

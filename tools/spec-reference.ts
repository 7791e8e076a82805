/** The tables of docs/spec.md, made from the JSON Schema so that what an editor shows and what the page says is one text. */
interface SchemaNode {
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

export interface FieldRow {
  readonly path: string;
  readonly description: string;
  readonly values: readonly unknown[];
  readonly example: unknown;
}

/** Every field below a node, parents before children. `defaults` has the fields of a workload and is not unfolded. */
export function fieldRows(node: SchemaNode, path = ""): FieldRow[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, field]) => {
    const fieldPath = path === "" ? key : `${path}.${key}`;
    const branches = [field, field.items ?? {}, ...(field.anyOf ?? [])];
    const description = branches.find((branch) => branch.description !== undefined)?.description ?? "";
    const values = branches.find((branch) => branch.enum !== undefined)?.enum ?? [];
    const example = branches.find((branch) => branch.examples !== undefined)?.examples?.[0];
    const row: FieldRow = { path: fieldPath, description, values, example };
    if (fieldPath === "defaults") return [row];
    const inner = [field, ...(field.anyOf ?? [])].flatMap((branch) => fieldRows(branch, fieldPath));
    return [row, ...inner, ...fieldRows(field.items ?? {}, `${fieldPath}[]`)];
  });
}

const startMark = (name: string): string => `<!-- fields of ${name}: made by npm run schema -->`;
const endMark = "<!-- end of fields -->";

/** Replaces what stands between the marks of each table. */
export function withTables(page: string, schema: SchemaNode): string {
  const rows = fieldRows(schema);
  const isOfWorkload = (row: FieldRow): boolean => row.path.startsWith("workloads[]");
  const tables: readonly (readonly [string, readonly FieldRow[]])[] = [
    ["the fleet", rows.filter((row) => !isOfWorkload(row))],
    ["a workload", rows.filter(isOfWorkload).map((row) => ({ ...row, path: row.path.slice("workloads[].".length) }))],
  ];
  return tables.reduce((text, [name, fields]) => {
    const start = text.indexOf(startMark(name));
    const end = text.indexOf(endMark, start);
    if (start < 0 || end < 0) throw new Error(`docs/spec.md has lost the mark "${startMark(name)}"`);
    return `${text.slice(0, start)}${startMark(name)}\n${table(fields)}\n${text.slice(end)}`;
  }, page);
}

const table = (rows: readonly FieldRow[]): string =>
  [
    "| field | what it says | example |",
    "| --- | --- | --- |",
    ...rows.map((row) => `| \`${row.path}\` | ${cell(describe(row))} | ${exampleCell(row)} |`),
  ].join("\n");

const describe = ({ description, values }: FieldRow): string =>
  values.length === 0 ? description : `${description} One of ${values.join(", ")}.`;
const exampleCell = ({ example }: FieldRow): string =>
  example === undefined ? "" : `\`${cell(typeof example === "string" ? example : flow(example))}\``;
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A value as YAML in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${flow(member)}`)
    .join(", ")} }`;
}

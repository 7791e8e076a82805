import stringWidth from "string-width";
import { type Rendering, type Style, styleFor } from "./style.ts";

/** One column of a text table. Cells are plain text; `paint` colours a cell after it was padded. */
export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string;
  readonly align?: "left" | "right";
  readonly paint?: (text: string, row: Row, style: Style) => string;
  /** How the cell reads on the second line, where no header stands above it; the cell itself when missing. */
  readonly detail?: (row: Row) => string;
  /** When the table is too wide this column moves to a second line of its row, lowest number first. */
  readonly stack?: number;
  /** When that was not enough the column is left out, lowest number first. Neither: it always stays. */
  readonly drop?: number;
}

export interface ColumnTable<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Last line, under a rule, with the word Total in the first column: header of the column -> text. */
  readonly total?: Readonly<Record<string, string>>;
}

const gap = "  ";
const indent = "  ";
const narrowest = 8;

interface Measured<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const rowWidth = (measured: readonly Measured<never>[]): number =>
  measured.reduce((sum, { width }) => sum + width, 0) + gap.length * Math.max(0, measured.length - 1);

/** Lines of a table that fits `width`: columns are stacked, then left out, then shortened, in the order the columns ask for. */
export function renderColumns<Row>(table: ColumnTable<Row>, rendering: Rendering): string[] {
  const style = styleFor(rendering.color);
  const { inline, stacked } = arrange(table, rendering.width ?? Number.POSITIVE_INFINITY);
  const header = inline.map(({ column, width }) => pad(column.header, width, column.align));
  const lines = [style.strong(trimEnd(header.join(gap)))];
  if (stacked.length > 0) lines.push(style.faint(`${indent}${stacked.map((column) => column.header).join(", ")}`));
  const rule = style.faint("─".repeat(rowWidth(inline)));
  lines.push(rule);
  for (const row of table.rows) lines.push(...rowLines(row, inline, stacked, style, rendering.width));
  if (table.total !== undefined) {
    const total = table.total;
    const cells = inline.map(({ column, width }, index) => pad(total[column.header] ?? (index === 0 ? "Total" : ""), width, column.align));
    lines.push(rule, style.strong(trimEnd(cells.join(gap))));
  }
  return lines;
}

function arrange<Row>(table: ColumnTable<Row>, width: number): { inline: Measured<Row>[]; stacked: Column<Row>[] } {
  let inline = table.columns.map((column) => ({ column, width: naturalWidth(column, table) }));
  const stacked = new Set<Column<Row>>();
  const leaving = [
    ...table.columns.filter(({ stack }) => stack !== undefined).toSorted((a, b) => (a.stack ?? 0) - (b.stack ?? 0)),
    ...table.columns.filter(({ drop }) => drop !== undefined).toSorted((a, b) => (a.drop ?? 0) - (b.drop ?? 0)),
  ];
  for (const column of leaving) {
    if (rowWidth(inline) <= width) break;
    inline = inline.filter((measured) => measured.column !== column);
    if (column.stack !== undefined) stacked.add(column);
  }
  return { inline: shorten(inline, width), stacked: table.columns.filter((column) => stacked.has(column)) };
}

/** Takes what is still too much from the widest columns of words; numbers are never cut. */
function shorten<Row>(inline: readonly Measured<Row>[], width: number): Measured<Row>[] {
  const shortened = inline.map((measured) => ({ ...measured }));
  for (let excess = rowWidth(shortened) - width; excess > 0; excess -= 1) {
    const words = shortened.filter(({ column, width: own }) => column.align !== "right" && own > narrowest);
    const widest = words.toSorted((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    widest.width -= 1;
  }
  return shortened;
}

const naturalWidth = <Row>(column: Column<Row>, table: ColumnTable<Row>): number =>
  Math.max(
    stringWidth(column.header),
    stringWidth(table.total?.[column.header] ?? ""),
    ...table.rows.map((row) => stringWidth(column.cell(row))),
  );

function rowLines<Row>(
  row: Row,
  inline: readonly Measured<Row>[],
  stacked: readonly Column<Row>[],
  style: Style,
  width: number | null,
): string[] {
  const cells = inline.map(({ column, width: own }) => {
    const text = pad(column.cell(row), own, column.align);
    return column.paint === undefined ? text : column.paint(text, row, style);
  });
  const details = stacked.map((column) => (column.detail ?? column.cell)(row)).filter((text) => text !== "");
  return [trimEnd(cells.join(gap)), ...wrapList(details, width).map(style.faint)];
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const own = stringWidth(text);
  if (own > width) return cut(text, width);
  const space = " ".repeat(width - own);
  return align === "right" ? space + text : text + space;
}

function cut(text: string, width: number): string {
  let kept = "";
  for (const character of text) {
    if (stringWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const trimEnd = (line: string): string => line.replace(/ +$/, "");

/** Breaks at spaces so that every line, `lead` included, fits; further lines are indented like the first. A word longer than the line stays whole. */
export function wrap(text: string, width: number | null, lead = "", hanging = lead): string[] {
  if (text === "") return [];
  const lines: string[] = [];
  let line = lead;
  let empty = true;
  for (const word of text.split(" ")) {
    const longer = empty ? line + word : `${line} ${word}`;
    if (!empty && width !== null && stringWidth(longer) > width) {
      lines.push(line);
      line = hanging + word;
    } else {
      line = longer;
    }
    empty = false;
  }
  return [...lines, line];
}

/** Items with commas between them, broken only between items. */
const wrapList = (items: readonly string[], width: number | null): string[] => {
  const unbreakable = items.map((item) => item.replaceAll(" ", "\u00a0")).join(", ");
  return wrap(unbreakable, width, indent).map((line) => line.replaceAll("\u00a0", " "));
};

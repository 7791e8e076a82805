/**
 * Any text as GitHub and GitLab Markdown that shows exactly that text, in one line: no markup, no HTML, no table cell break,
 * nobody mentioned and no issue linked.
 */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_[\]|~$]/g, "\\$&")
    .replaceAll(/([@#!])(?=\w)/g, `$1${wordJoiner}`);

/** Invisible; keeps `@name`, `#12` and `!12` from becoming links. */
const wordJoiner = "\u2060";

export type Align = "left" | "right";

export interface MarkdownColumn {
  readonly header: string;
  readonly align?: Align;
}

/** The two head lines of a table. */
export const tableHead = (columns: readonly MarkdownColumn[]): string[] => [
  `| ${columns.map(({ header }) => header).join(" | ")} |`,
  `| ${columns.map(({ align }) => (align === "right" ? "---:" : "---")).join(" | ")} |`,
];

/** A line of a table; cells are Markdown already. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

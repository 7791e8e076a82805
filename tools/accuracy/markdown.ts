import type { ErrorSummary } from "./scored.ts";

/** A Markdown table; the first column is text, the others are figures. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = headers.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(headers), line(rule), ...rows.map(line)].join("\n");
}

/** 7.4 or 74: two significant digits say all that such an error is known to. */
export const percent = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(Math.abs(value) < 9.95 ? 1 : 0));
export const signedPercent = (value: number): string => `${value > 0 ? "+" : ""}${percent(value)}`;
export const medianAndP90 = ({ count, medianPercent, p90Percent }: ErrorSummary): string =>
  count === 0 ? "–" : `${percent(medianPercent)} / ${percent(p90Percent)}`;

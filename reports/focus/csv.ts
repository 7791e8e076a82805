/** What a cell holds. Numbers are written as they are; text is guarded; null is an empty cell. */
export type CsvValue = string | number | null;

/** CSV as RFC 4180 has it: CRLF, a header, quotes where they are needed and doubled inside. */
export const csvText = (header: readonly string[], rows: readonly (readonly CsvValue[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");

function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number") return decimal(value);
  const text = guarded(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A spreadsheet runs text that begins like this as a formula (OWASP, CSV injection): an apostrophe before it makes it text again.
 */
const guarded = (text: string): string => (/^\s*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text);

const decimals = 12;

/** A plain decimal: no exponent, no thousands separator, as many digits as the number has. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  const text = String(value);
  // JavaScript writes the smallest numbers with an exponent.
  return text.includes("e") ? value.toFixed(decimals).replace(/\.?0+$/, "") : text;
}

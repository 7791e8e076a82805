import { gibibyte } from "./units.ts";

/** `1234567.891` -> `1,234,567.89`; a queue that grows for ever -> `∞`. Written out because loading number formats from the runtime costs more than a whole report. */
export const grouped = (value: number, decimals = 0): string => {
  if (!Number.isFinite(value)) return "∞";
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? "-" : "";
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? `${sign}${thousands}` : `${sign}${thousands}.${fraction}`;
};

/** US dollars to the cent, `$1,234.50`. Never negative here: what is short is said in words. */
export const usd = (dollars: number): string => `$${grouped(dollars, 2)}`;

export const gib = (bytes: number): string => `${grouped(bytes / gibibyte, 2)} GiB`;

/** `1 GPU`, `1,200 GPUs`. */
export const count = (number: number, noun: string): string => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/** `a, b and c`; of a long list the first three and how many more there are. */
export function listed(names: readonly string[], conjunction: "and" | "or" = "and"): string {
  if (names.length > 4) return `${names.slice(0, 3).join(", ")} ${conjunction} ${names.length - 3} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}

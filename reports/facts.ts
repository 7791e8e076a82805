import { wrap } from "./columns.ts";
import { grouped } from "./money.ts";
import { type Rendering, styleFor } from "./style.ts";

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A catalog row as `name: value` lines, nested ones with dots; `null` reads as unknown. */
export function renderFacts(row: object, rendering: Rendering): string {
  const facts = flatten("", row);
  const style = styleFor(rendering.color);
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.flatMap(([name, value]) => {
    const [first = "", ...rest] = wrap(value, rendering.width === null ? null : Math.max(20, rendering.width - nameWidth - 2));
    return [`${style.faint(name.padEnd(nameWidth))}  ${first}`.trimEnd(), ...rest.map((line) => `${" ".repeat(nameWidth + 2)}${line}`)];
  });
  return `${lines.join("\n")}\n`;
}

function flatten(prefix: string, row: object): (readonly [string, string])[] {
  return Object.entries(row).flatMap(([name, value]): (readonly [string, string])[] => {
    const path = [prefix, name].filter((part) => part !== "").join(".");
    if (isMapping(value)) return flatten(path, value);
    if (Array.isArray(value) && value.some(isMapping)) return value.flatMap((item, index) => flatten("", { [`${path}[${index}]`]: item }));
    return [[path, factText(value)]];
  });
}

function factText(value: unknown): string {
  if (value === null || value === undefined) return "unknown or does not apply";
  if (typeof value === "number") return Number.isInteger(value) ? grouped(value) : String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(factText).join(", ");
  return String(value);
}

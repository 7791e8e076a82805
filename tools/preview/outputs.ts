import { deployedOutput } from "../../components/runningFleet.ts";
import { dollars } from "../../reports/money.ts";

/** Stack outputs as `pulumi preview` lists them, money written as money; without what the program keeps for itself. */
export function outputLines(outputs: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(outputs)
    .filter((name) => name !== deployedOutput)
    .toSorted();
  const width = Math.max(...names.map((name) => name.length));
  return names.flatMap((name) => lines(name, outputs[name], width, "    ")).join("\n");
}

function lines(name: string, value: unknown, width: number, indent: string): string[] {
  const label = `${indent}${name.padEnd(width)}: `;
  if (typeof value !== "object" || value === null) return [`${label}${shown(name, value)}`];
  const members = Object.entries(value);
  const below = Math.max(0, ...members.map(([key]) => key.length));
  return [`${label}{`, ...members.map(([key, member]) => `${indent}    ${key.padEnd(below)}: ${shown(name, member)}`), `${indent}}`];
}

function shown(output: string, value: unknown): string {
  if (typeof value === "number" && output.startsWith("usd")) return dollars(value, output.includes("Month") ? 2 : 4);
  return typeof value === "string" ? value : JSON.stringify(value);
}

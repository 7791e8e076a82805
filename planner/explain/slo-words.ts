import { grouped } from "../figures.ts";

/** What a limit of an SLO is counted in. */
export const unitOf = (key: string): "ms" | "s per second of audio" => (key === "realTimeFactor" ? "s per second of audio" : "ms");

/** A figure that is safe to put into a spec: rounded up, finer the smaller it is. */
export function roundedUp(value: number): number {
  const steps = value < 1 ? 100 : value < 10 ? 10 : 1;
  return Math.ceil(value * steps) / steps;
}

/** With the decimals that it has, two at most: `1,234`, `9.5`, `0.25`. */
export const figure = (value: number): string => grouped(value, /\.(\d*?)0*$/.exec(value.toFixed(2))?.[1]?.length ?? 0);

/** `1,234 ms`; a real-time factor has no unit to name. */
export const limitWords = (key: string, value: number): string => (unitOf(key) === "ms" ? `${figure(value)} ms` : figure(value));

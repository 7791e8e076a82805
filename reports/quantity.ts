import { gibibyte } from "../planner/units.ts";
import { grouped } from "./money.ts";

/** Milliseconds for a reader: whole ones from 10 up, one decimal below. */
export const milliseconds = (ms: number): string => grouped(ms, ms < 9.95 ? 1 : 0);

/** GiB (2^30 bytes) with two decimals: what an engine's log prints. */
export const gibibytes = (bytes: number): string => grouped(bytes / gibibyte, 2);

/** A rate with three figures that count, at most: `0.42`, `6.1`, `1,234`. */
export const rate = (perSecond: number): string => grouped(perSecond, perSecond >= 100 ? 0 : perSecond >= 10 ? 1 : 2);

/** A share of one as a percentage. A small share is never shown as 0. */
export const percent = (share: number, decimals = 1): string => {
  const smallest = 10 ** -decimals;
  const value = share * 100;
  return value > 0 && value < smallest / 2 ? `< ${smallest} %` : `${grouped(value, decimals)} %`;
};

/** `1 node`, `3 nodes`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${grouped(count)} ${count === 1 ? noun : plural}`;

/** A share of real time: two significant digits below one. */
export const factor = (value: number): string => (value >= 1 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3));

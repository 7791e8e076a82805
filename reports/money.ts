import { grouped } from "../planner/figures.ts";

export { grouped };

/** US dollars to the cent, without the sign: for columns whose header names the unit. */
export const cents = (usd: number): string => grouped(usd, 2);

/** `$1,234.50` or `-$1,234.50`. */
export const dollars = (usd: number, decimals = 2): string => {
  const text = grouped(usd, decimals);
  return text.startsWith("-") ? `-$${text.slice(1)}` : `$${text}`;
};

/** Prices by the hour have up to four decimals that count (spot), and at least two. */
export const hourlyDecimals = (values: readonly number[]): number => {
  const needed = values.map(
    (value) =>
      value
        .toFixed(4)
        .replace(/0{1,2}$/, "")
        .split(".")[1]?.length ?? 2,
  );
  return Math.max(2, ...needed);
};

export const hourly = (usd: number): string => dollars(usd, hourlyDecimals([usd]));

/** US dollars per million tokens; `-` where nothing is served. */
export const perMillionTokens = (usd: number | null): string => (usd === null ? "-" : grouped(usd, 3));

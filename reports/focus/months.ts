/** A calendar month in UTC. `end` is exclusive: the start of the next one. */
export interface Month {
  /** YYYY-MM */
  readonly name: string;
  readonly start: string;
  readonly end: string;
}

/** The month `YYYY-MM` and those after it; null when the text is no month. */
export function monthsFrom(first: string, count: number): Month[] | null {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(first);
  if (match === null) return null;
  const index = Number(match[1]) * 12 + Number(match[2]) - 1;
  return Array.from({ length: count }, (_, offset) => ({
    name: nameOf(index + offset),
    start: startOf(index + offset),
    end: startOf(index + offset + 1),
  }));
}

const nameOf = (index: number): string => `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;

const startOf = (index: number): string => `${nameOf(index)}-01T00:00:00Z`;

import type { Catalog } from "./catalog.ts";

/** `2024`, `2024-H2`, `2024-Q3`, `2024-05`, `2024-05-17`: what benchmarks write where a version belongs. */
const period = /^(20\d\d)(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])(?:-\d\d)?))?$/i;

/** The release that was the newest in the middle of the period, undefined where the text is no period or the engine has no dates. */
export function releaseOfPeriod({ engineReleases }: Pick<Catalog, "engineReleases">, engine: string, text: string): string | undefined {
  const parts = period.exec(text.trim());
  const releases = engineReleases.newestByMonth[engine];
  if (parts === null || releases === undefined) return undefined;
  const [, year, half, quarter, exact] = parts;
  const middle = half !== undefined ? 6 * Number(half) - 3 : quarter !== undefined ? 3 * Number(quarter) - 1 : 6;
  const month = `${year}-${exact ?? String(middle).padStart(2, "0")}`;
  return (releases.findLast(([since]) => since <= month) ?? releases[0])?.[1];
}

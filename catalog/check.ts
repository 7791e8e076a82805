import type { Finding } from "../planner/finding.ts";
import type { Catalog } from "./catalog.ts";
import { modelFindings } from "./check-models.ts";
import { priceFindings } from "./check-prices.ts";
import { referenceFindings } from "./check-references.ts";
import { taskFindings } from "./check-tasks.ts";

/**
 * Everything about a catalog that a schema cannot say: references, duplicates, dates, prices that cannot be, models at odds with
 * themselves. Findings that checks.json accepts are left out; an acceptance that no longer fits is a finding of its own.
 */
export function checkCatalog(catalog: Catalog): Finding[] {
  const found = [...referenceFindings(catalog), ...priceFindings(catalog), ...modelFindings(catalog), ...taskFindings(catalog)];
  const keyOf = ({ code, path }: { code: string; path: string }) => `${code} ${path}`;
  const accepted = new Set(catalog.checks.accepted.map(keyOf));
  const seen = new Set(found.map(keyOf));
  const stale = catalog.checks.accepted
    .filter((acceptance) => !seen.has(keyOf(acceptance)))
    .map(({ code, path }) => ({ code: "stale-acceptance", path, message: `checks.json accepts ${code} here, which is no longer found` }));
  return [...found.filter((finding) => !accepted.has(keyOf(finding))), ...stale];
}

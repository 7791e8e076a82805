import { joinPath } from "../path.ts";
import { show } from "../show.ts";
import type { Resolving } from "./place.ts";

/** What AWS tags, GCP labels and Kubernetes labels all take. GCP knows only lower case, so there a value is lower-cased. */
const labelKey = /^[a-z]([a-z0-9_-]{0,61}[a-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)?$/;
const valueRule = "at most 63 letters, digits, dashes and underscores, a letter or digit at both ends";

/** The program's own keys begin like this, and GCP keeps `goog` for itself. */
const reservedPrefix = /^(gpu-fleet-planner|goog)/;

/** AWS allows 50 tags on a resource; the program's own and the clouds' need room. */
const maxTags = 40;

export function resolveTags(
  tags: Readonly<Record<string, string>> | undefined,
  at: (key: string) => string,
  path: string,
  { notes }: Resolving,
): Record<string, string> {
  const entries = Object.entries(tags ?? {});
  if (entries.length > maxTags) {
    notes.error({
      code: "too-many-tags",
      path,
      message: `${entries.length} tags, the limit is ${maxTags}`,
      value: entries.length,
      limit: maxTags,
      unit: "tags",
    });
  }
  for (const [key, value] of entries) {
    if (reservedPrefix.test(key))
      notes.error({
        code: "reserved-tag",
        path: at(key),
        message: `the tag ${show(key)} begins like one that the program or a cloud sets`,
        suggestion: "choose another name",
      });
    else if (!labelKey.test(key)) {
      notes.error({
        code: "invalid-tag",
        path: at(key),
        message: `${show(key)} cannot be a tag on AWS, GCP and Kubernetes alike`,
        suggestion: "use at most 63 lower-case letters, digits, dashes and underscores, starting with a letter",
      });
    }
    if (!labelValue.test(value))
      notes.error({
        code: "invalid-tag",
        path: at(key),
        message: `${show(value)} cannot be a label value`,
        suggestion: `use ${valueRule}`,
      });
  }
  return Object.fromEntries(entries);
}

export const resolveFleetTags = (tags: Readonly<Record<string, string>> | undefined, context: Resolving): Record<string, string> =>
  resolveTags(tags, (key) => joinPath("tags", key), "tags", context);

export function resolveCostCenter(costCenter: string | null | undefined, path: string, { notes }: Resolving): string | null {
  if (costCenter != null && !labelValue.test(costCenter)) {
    notes.error({ code: "invalid-tag", path, message: `${show(costCenter)} cannot be a label value`, suggestion: `use ${valueRule}` });
  }
  return costCenter ?? null;
}

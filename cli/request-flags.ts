import type { Finding } from "../planner/finding.ts";
import { badInput, Failure } from "./failure.ts";
import type { Checked } from "./request.ts";

/** Flags that are not part of a request. */
const outside = ["json", "color", "verbose", "batch", "measurements", "from", "out", "atOnce"];

/** Commander's camelCase flags are the fields of a batch line; what is not about the layout or its load stays behind. */
export const requestFrom = (flags: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(flags).filter(([name, value]) => !outside.includes(name) && value !== undefined));

/** The request, or exit code 2 with the fields named as flags. */
export function checkedOrFail<Request>(checked: Checked<Request>): Request {
  if ("request" in checked) return checked.request;
  throw new Failure(
    2,
    checked.findings.map((finding) => ({ ...finding, path: flagOf(finding.path) })),
  );
}

/** A name or value that has no answer: exit code 2, with the field named as a flag. */
export const unanswerable = (finding: Finding): Failure => new Failure(2, [{ ...finding, path: flagOf(finding.path) }]);

/** `maxModelLen` -> `--max-model-len` */
export const flagOf = (field: string): string => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A batch says everything itself; flags beside it would be ignored. */
export function refuseWithBatch(fields: Readonly<Record<string, unknown>>): void {
  const [field] = Object.keys(fields);
  if (field === undefined) return;
  throw badInput({
    code: "flag-with-batch",
    path: flagOf(field),
    message: "cannot be combined with --batch",
    suggestion: `give it as "${field}" in each line`,
  });
}

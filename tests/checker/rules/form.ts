import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../../planner/finding.ts";
import type { Rule } from "../subject.ts";

/** A plan is plain JSON that survives being written, with hashes of its inputs, whole findings and nothing secret. */
export const formIsSound: Rule = ({ plan }) => {
  const complaints: string[] = [];
  const text = JSON.stringify(plan);
  if (!isDeepStrictEqual(JSON.parse(text), plan)) complaints.push("the plan is not the same after writing and reading it as JSON");
  if (plan.schemaVersion !== 1) complaints.push(`unknown schema version ${plan.schemaVersion}`);
  const { specSha256, catalogSha256, catalogAsOf } = plan.inputs;
  if (![specSha256, catalogSha256].every((hash) => /^[0-9a-f]{64}$/.test(hash))) complaints.push("a hash of the inputs is missing");
  if (!/^\d{4}-\d\d-\d\d$/.test(catalogAsOf)) complaints.push("the day of the catalog is missing");
  for (const finding of [...plan.assumptions, ...plan.warnings, ...(plan.notDeployable ?? [])])
    if (!isWhole(finding)) complaints.push(`a broken finding: ${JSON.stringify(finding)}`);
  if (credential.test(text)) complaints.push("something in the plan looks like a credential");
  return complaints;
};

const credential =
  /\bhf_[A-Za-z0-9]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bsk-[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bglpat-[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** A finding can be shown: a code that programs know, a path and a message for people. */
export const isWhole = ({ code, path, message }: Finding): boolean =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code) &&
  typeof path === "string" &&
  message.trim() !== "" &&
  !/undefined|NaN|Infinity|\[object/.test(message);

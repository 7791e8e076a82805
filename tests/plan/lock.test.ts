import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { canonicalJson } from "../../planner/canonical-json.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { lockFileOf, lockText, readLock } from "../../planner/plan/lock.ts";
import { sha256 } from "../../planner/sha256.ts";
import { files, planOf, specOf } from "./locks.ts";

let plan: FleetPlan;
beforeAll(async () => {
  plan = await planOf(specOf());
});

const codeOf = (text: string): string => {
  const lock = readLock(text, files);
  return "code" in lock ? lock.code : "valid";
};

test.each([
  ["stacks/prod.fleet.yaml", "stacks/prod.plan.json"],
  ["stacks/prod.fleet.yml", "stacks/prod.plan.json"],
  ["../my spec.yaml", "../my spec.plan.json"],
  ["spec", "spec.plan.json"],
])("the lock of %s is %s", (spec, lock) => {
  expect(lockFileOf(spec)).toBe(lock);
});

test("a lock is the plan to the byte, in canonical JSON with its own hash, and ends with a newline", () => {
  const text = lockText(plan);
  expect(text.endsWith("}\n")).toBe(true);
  expect(canonicalJson(JSON.parse(text))).toBe(text.trimEnd());
  const lock = readLock(text, files);
  expect(lock).toEqual({ plan, planSha256: sha256(canonicalJson(plan)) });
});

test("the same inputs written twice give the same file, whatever was shown beside the fleet", async () => {
  expect(lockText(await planOf(specOf()))).toBe(lockText(plan));
  expect(lockText(await planOf(specOf(), undefined, { explain: true, alternatives: 3 }))).toBe(lockText(plan));
});

test("white space does not count: a formatter may have been at it", () => {
  expect(codeOf(JSON.stringify(JSON.parse(lockText(plan)), null, 2))).toBe("valid");
});

test("a lock that was cut off anywhere is not used", () => {
  const text = lockText(plan).trimEnd();
  fc.assert(fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => codeOf(text.slice(0, length)) === "lock-truncated"));
});

test("any change of a figure by hand is noticed", () => {
  const text = lockText(plan);
  const digits = [...text.matchAll(/(?<=:)\d(?=[,}])/g)].map(({ index }) => index);
  expect(digits.length).toBeGreaterThan(20);
  const changed = (at: number) => `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`;
  const known = ["lock-edited", "lock-schema-version"];
  fc.assert(fc.property(fc.constantFrom(...digits), (at) => known.includes(codeOf(changed(at)))));
});

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const edited = "was changed after it was written: its planSha256 is another";

test.each([
  ["an empty file", "", "is empty"],
  ["an empty line", "\n", "is empty"],
  ["YAML", "pools: []", "is cut off or no JSON"],
  ["binary data", "\u0000\u0001", "is cut off or no JSON"],
  ["null", "null", "holds no plan"],
  ["a list", "[]", "holds no plan"],
  ["a text", '"schemaVersion"', "holds no plan"],
  ["an empty object", "{}", "holds no plan"],
  ["a merge conflict", '<<<<<<< HEAD\n{"schemaVersion":1}\n=======\n{}\n>>>>>>> main\n', "has the marks of a merge conflict in it"],
  ["a newer schema", '{"schemaVersion":2}', "has schema version 2, this planner reads 1"],
  ["a version as text", '{"schemaVersion":"1"}', "has a schema version that is no number, this planner reads 1"],
  ["a version without end", `{"schemaVersion":${nested(1e5)}}`, "has a schema version that is no number, this planner reads 1"],
  ["the output of plan --json", '{"schemaVersion":1}', "has no planSha256: it was not written by plan --write"],
  ["a number beyond all bounds", '{"schemaVersion":1,"planSha256":"0","x":1e999}', edited],
  ["nesting without end", `{"schemaVersion":1,"planSha256":"0","x":${nested(1e5)}}`, edited],
  ["a prototype key", '{"schemaVersion":1,"planSha256":"0","__proto__":{"fleet":"x"}}', edited],
])("%s is refused in one line", (_, text, message) => {
  const lock = readLock(text, files);
  expect(lock).toMatchObject({ path: files.lock, message });
  expect(lock).toHaveProperty("suggestion", expect.stringContaining("npx gpufleet plan stacks/two.fleet.yaml --write"));
});

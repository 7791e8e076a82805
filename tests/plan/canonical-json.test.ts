import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../planner/canonical-json.ts";
import { sha256 } from "../../planner/sha256.ts";

test("canonical JSON is JSON of the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("the order of keys does not reach the bytes", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (members) => {
      const reversed = Object.fromEntries(Object.entries(members).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(members));
    }),
  );
});

test("a figure that is no number is refused rather than written as null", () => {
  expect(() => canonicalJson({ usdPerHour: Number.NaN })).toThrow(RangeError);
});

test("sha256 is the standard one", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

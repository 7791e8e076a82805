import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { page } from "./page.ts";

const file = fileURLToPath(new URL("../../docs/seed-cases.md", import.meta.url));
const number = /\d[\d,]*(?:\.\d+)?/g;
const numbersOf = (text: string): number[] => [...text.matchAll(number)].map(([digits]) => Number(digits.replaceAll(",", "")));

/** A refit moves predictions by a little, and a count of sequences by one: the page is stale when it is off by more. */
const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(0.05 * Math.abs(a), Number.isInteger(a) && Number.isInteger(b) ? 1 : 0);

test("docs/seed-cases.md says what the program says: every word, and every figure within 5 %", async () => {
  const written = existsSync(file) ? readFileSync(file, "utf8") : "";
  const fresh = await page();
  const before = numbersOf(written);
  const now = numbersOf(fresh);
  const sameWords = written.replaceAll(number, "#") === fresh.replaceAll(number, "#");
  if (sameWords && now.every((value, index) => isNear(before[index] ?? Number.NaN, value))) return;
  await expect(fresh).toMatchFileSnapshot(file);
});

import { expect, test } from "vitest";
import { check } from "./claim.ts";
import { allClaims } from "./claims.ts";

const named = allClaims.map((claim) => [`${claim.guide}: ${claim.id}`, claim] as const);

test("every claim has a name of its own", () => {
  expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
});

test.each(named)("%s", async (_, claim) => {
  const { values, verdict } = await check(claim);
  claim.figures.forEach((figure, index) => {
    const value = values[index] ?? Number.NaN;
    expect(value, figure.of).not.toBeNaN();
    if (figure.truth === undefined) return;
    if (figure.truth === 0) expect(value, figure.of).toBe(0);
    else expect(Math.abs(value / figure.truth - 1), figure.of).toBeLessThanOrEqual(figure.truthWithin ?? 1e-12);
  });
  expect(verdict, JSON.stringify(claim.figures.map(({ of, stated }, index) => [of, stated, values[index]]))).toBe(claim.verdict);
});

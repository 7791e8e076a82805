import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { page } from "./page.ts";

test("docs/seed-cases.md says what the program says", async () => {
  await expect(await page()).toMatchFileSnapshot(fileURLToPath(new URL("../../docs/seed-cases.md", import.meta.url)));
});

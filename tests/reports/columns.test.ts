import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { type Column, renderColumns, wrap } from "../../reports/columns.ts";

type Row = readonly [name: string, detail: string, amount: number];

const columns: readonly Column<Row>[] = [
  { header: "Name", cell: ([name]) => name },
  { header: "Detail", cell: ([, detail]) => detail, stack: 1 },
  { header: "Amount", align: "right", cell: ([, , amount]) => String(amount) },
];

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
const rows = fc.array(fc.tuple(word, word, fc.integer({ min: 0, max: 1e9 })), { minLength: 1, maxLength: 8 });

test("a table fits its width, whatever is in it", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 40, max: 120 }), (table, width) => {
      const lines = renderColumns({ columns, rows: table }, { width, color: false });
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("a number is never cut and a stacked cell is never lost", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 40, max: 120 }), (table, width) => {
      const text = renderColumns({ columns, rows: table }, { width, color: false }).join("\n");
      for (const [, detail, amount] of table) {
        expect(text).toContain(String(amount));
        expect(text).toContain(detail);
      }
    }),
  );
});

test("right-aligned cells end in one column", () => {
  const lines = renderColumns(
    {
      columns,
      rows: [
        ["a", "x", 1],
        ["bb", "yy", 1234],
      ],
    },
    { width: null, color: false },
  );
  expect(lines).toEqual(["Name  Detail  Amount", "────────────────────", "a     x            1", "bb    yy        1234"]);
});

test("wide characters take two columns each", () => {
  const lines = renderColumns({ columns, rows: [["漢字", "x", 1]] }, { width: null, color: false });
  expect(lines[2]).toBe("漢字  x            1");
});

test("wrapping loses no word and keeps a word that is longer than the line whole", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 10, max: 60 }), (words, width) => {
      const lines = wrap(words.join(" "), width, "- ", "  ");
      expect(lines.map((line) => line.slice(2)).join(" ")).toBe(words.join(" "));
      for (const line of lines) if (line.slice(2).includes(" ")) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderTable } from "../../../src/cli/output/table.ts";

test("a table has headers in upper case, three spaces between columns and none at the ends of lines", () => {
  const text = renderTable(
    ["name", "Ready", "AGE"],
    [
      ["web", "1/1", "5m"],
      ["a-longer-name", "0/1", ""],
    ],
  );
  assert.equal(text, "NAME            READY   AGE\nweb             1/1     5m\na-longer-name   0/1\n");
});

test("a table without rows is its header", () => {
  assert.equal(renderTable(["NAME", "AGE"], []), "NAME   AGE\n");
});

test("missing cells are empty, and a row of empty cells is an empty line", () => {
  assert.equal(renderTable(["A", "B"], [["x"], [], ["", "y"]]), "A   B\nx\n\n    y\n");
});

test("cells stand in their columns also after wide characters", () => {
  assert.equal(
    renderTable(
      ["NAME", "AGE"],
      [
        ["日本", "1s"],
        ["Größe", "2s"],
      ],
    ),
    "NAME    AGE\n日本    1s\nGröße   2s\n",
  );
});

test("cells from outside can't break the table or reach the terminal", () => {
  assert.equal(renderTable(["NAME", "MESSAGE"], [["web", "one\ntwo\u001b[2J"]]), "NAME   MESSAGE\nweb    one\\ntwo\\x1b[2J\n");
});

test("a cell that looks like a template or a colour is text", () => {
  assert.equal(renderTable(["A"], [["{bold}x{/bold} %s ${y}"]]), "A\n{bold}x{/bold} %s ${y}\n");
});

test("columns are equally wide over the whole of a long table, wherever the widest cell stands", () => {
  const rows = Array.from({ length: 1_000 }, (_, row) => [
    row === 777 ? "the-widest-name" : row === 333 ? "日本語日本語日" : "name",
    String(row),
  ]);
  const lines = renderTable(["NAME", "ROW"], rows).trimEnd().split("\n");
  assert.equal(lines.length, 1_001);
  assert.equal(lines[0], `${"NAME".padEnd(15)}   ROW`);
  assert.equal(lines[1], `${"name".padEnd(15)}   0`);
  assert.equal(lines[778], "the-widest-name   777");
  assert.equal(lines[334], "日本語日本語日    333");
});

test("every cell starts in the column of its header", () => {
  const cell = fc.string({ unit: fc.constantFrom(..."abc-/.:09"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 150 }), (rows) => {
      const lines = renderTable(["ONE", "TWO", "THREE"], rows).split("\n");
      assert.equal(lines.pop(), "");
      assert.equal(lines.length, rows.length + 1);
      const [second, third] = [lines[0]?.indexOf("TWO") ?? -1, lines[0]?.indexOf("THREE") ?? -1];
      rows.forEach(([one, two, three], row) => {
        const line = lines[row + 1] ?? "";
        assert.equal(line, `${one.padEnd(second)}${two.padEnd(third - second)}${three}`.trimEnd());
      });
    }),
    { seed: 20_260_301, numRuns: 100 },
  );
});

test("a table of plain text alone is set as it is beside a cell that is none", () => {
  const cell = fc.stringMatching(/^[ -~]{0,8}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 60 }), (rows) => {
      const headers = ["first", "second", "third"];
      const plain = renderTable(headers, rows).split("\n");
      const mixed = renderTable(headers, [...rows, ["\u00e9", "", ""]]).split("\n");
      assert.deepEqual(mixed.slice(0, plain.length - 1), plain.slice(0, -1));
    }),
    { seed: 11, numRuns: 200 },
  );
});

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../../fixtures/golden/", import.meta.url);

/**
 * Compares an output with `fixtures/golden/<name>.txt`, in which ESC is shown as its picture, ␛.
 * `UPDATE_GOLDEN=1` writes the files anew: read the difference before committing it.
 */
export function assertGolden(name: string, text: string): void {
  const file = new URL(`${name}.txt`, folder);
  const shown = text.replaceAll("\u001b", "␛");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, shown);
  assert.ok(existsSync(file), `${file.pathname} is missing: run the test with UPDATE_GOLDEN=1 and read it`);
  assert.equal(shown, readFileSync(file, "utf8"));
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the lock file names every optional package of every platform, without which npm ci refuses it", () => {
  const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const optional = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));

  const missing = optional.filter((name) => lock.packages[`node_modules/${name}`] === undefined);

  assert.ok(optional.length > 0);
  assert.deepEqual(missing, [], "run node src/packaging/complete-lock.mjs");
});

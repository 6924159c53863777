import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { diskTree } from "../../../support/disk-tree.ts";
import { builtText } from "../../../support/kustomize-build.ts";
import { kustomizeFixtures } from "../../../support/kustomize-fixtures.ts";

for (const { name, input, path, expected } of kustomizeFixtures()) {
  test(`${name} prints what the original prints`, async () => {
    const text = await builtText(diskTree(input), path);

    assert.equal(text, readFileSync(expected, "utf8"));
  });
}

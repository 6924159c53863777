import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/engine/model/json.ts";
import { isJsonObject } from "../../../src/engine/model/json.ts";
import { printManifests, printYaml } from "../../../src/engine/yaml/print.ts";
import { readYaml, readYamlText } from "../../../src/engine/yaml/read.ts";
import { anyValue } from "./odd-values.ts";

const CASES = new URL("../../../fixtures/yaml/print/", import.meta.url);
const BUDGET = { fileBytes: 1 << 20, documents: 100, depth: 100, nodes: 100_000 };

function objects(bytes: Uint8Array): JsonObject[] {
  return readYaml(bytes, { file: "case.yaml", dialect: "resource", budget: BUDGET }).map(({ value }) => {
    assert.ok(isJsonObject(value));
    return value;
  });
}

describe("printing", () => {
  for (const name of readdirSync(CASES).filter((file) => !file.endsWith(".expected.yaml"))) {
    test(`${name} comes out byte for byte as kustomize v5.8.2 printed it`, () => {
      const expected = readFileSync(new URL(name.replace(".yaml", ".expected.yaml"), CASES), "utf8");
      assert.equal(printManifests(objects(readFileSync(new URL(name, CASES)))), expected);
    });
  }

  test("documents are joined by three dashes, and no objects print nothing", () => {
    assert.equal(printManifests([{ a: 1 }, {}, { b: [] }]), "a: 1\n---\n{}\n---\nb: []\n");
    assert.equal(printManifests([]), "");
  });

  test("values that are no objects print too", () => {
    assert.deepEqual(["x", "a\nb", "", null, true, 3, []].map(printYaml), [
      "x\n",
      "|-\n  a\n  b\n",
      '""\n',
      "null\n",
      "true\n",
      "3\n",
      "[]\n",
    ]);
    assert.equal(printYaml([1, [2, { a: [3] }]]), "- 1\n- - 2\n  - a:\n    - 3\n");
  });

  test("integers are printed exactly, and those that Go cannot hold as it rounds them", () => {
    assert.equal(printYaml(18446744073709551615n), "18446744073709551615\n");
    assert.equal(printYaml(-9223372036854775808n), "-9223372036854775808\n");
    assert.equal(printYaml(18446744073709551616n), "1.8446744073709552e+19\n");
  });

  test("a next-line character is kept, where kustomize's way over JSON makes a space of it", () => {
    assert.equal(printYaml("a\u0085b"), '"a\\Nb"\n');
  });

  test("the order of keys depends on the keys only, even where Go's comparison runs in a circle", () => {
    const keys = ["1a", "10", "9", "2b", "20", "3", "11x"];
    const printed = (order: readonly string[]) => printYaml(Object.fromEntries(order.map((key) => [`k${key}`, 1])));
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (order) => {
        assert.equal(printed(order), printed(keys));
      }),
      { seed: 7 },
    );
  });

  // Go breaks lines at U+2028 and U+2029, which YAML 1.2 takes for text.
  const withoutOddBreaks = anyValue.filter((value) => !/[\u2028\u2029]/.test(printYaml(value)));

  test("whatever is printed reads back as itself in both dialects", () => {
    fc.assert(
      fc.property(withoutOddBreaks, (value: JsonValue) => {
        const text = printYaml({ value });
        for (const dialect of ["resource", "kustomization"] as const) {
          const [document] = readYamlText(text, { file: "printed.yaml", dialect, budget: BUDGET });
          assert.deepEqual(document?.value, { value });
        }
      }),
      { seed: 20_261_123, numRuns: 2_000 },
    );
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { setKey, type JsonObject } from "../../../src/engine/model/json.ts";
import { readYaml } from "../../../src/engine/yaml/read.ts";

// as in the command line; a test file is a process of its own
Object.freeze(Object.prototype);

const NAMES = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", "plain"];

test("keys that every object inherits are set as any other, also where the prototype is frozen", () => {
  const object: JsonObject = {};
  for (const name of NAMES) setKey(object, name, "first");
  for (const name of NAMES) setKey(object, name, name);

  assert.deepEqual(
    Object.entries(object),
    NAMES.map((name) => [name, name]),
  );
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
});

test("YAML with such keys is read under a frozen prototype, merge keys included", () => {
  const lines = NAMES.map((name) => `  ${name}: ${name}\n`).join("");
  const budget = { fileBytes: 1000, documents: 1, depth: 10, nodes: 100 };
  const text = `a: &a\n${lines}b:\n  <<: *a\n`;

  const [document] = readYaml(new TextEncoder().encode(text), { file: "a.yaml", dialect: "resource", budget });

  const { a = null, b = null } = (document?.value ?? {}) as JsonObject;
  for (const value of [a, b])
    assert.deepEqual(
      Object.entries(value ?? {}),
      NAMES.map((name) => [name, name]),
    );
});

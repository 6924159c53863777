import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { foldStringData, maskChange, maskPair, maskSecrets } from "../../../src/engine/compare/index.ts";
import type { Change } from "../../../src/engine/model/change.ts";
import { valueAt, type JsonObject } from "../../../src/engine/model/json.ts";
import { manifestOf } from "./manifest-of.ts";

function secret(data: JsonObject, more: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "keys", namespace: "shop" }, data, ...more };
}

test("no value of a Secret is left, nor its length, nor the copy that kubectl keeps of it", () => {
  const copies = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"hunter2"}}', note: "stays" };
  const object = secret(
    { a: "aHVudGVyMg==", b: 5, c: null, d: { deep: "hunter2" } },
    { stringData: { e: "hunter2" }, metadata: { name: "keys", annotations: copies } },
  );

  const masked = maskSecrets(object);

  assert.deepEqual(masked, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "keys", annotations: { "kubectl.kubernetes.io/last-applied-configuration": "***", note: "stays" } },
    data: { a: "***", b: "***", c: "***", d: "***" },
    stringData: { e: "***" },
  });
});

test("other objects come back as they are, save the copies in their annotations", () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } };

  assert.equal(maskSecrets(object), object);
});

test("a pair tells which keys changed, and no more", () => {
  const { live, predicted } = maskPair(
    secret({ same: "c2FtZQ==", changed: "YQ==", gone: "Yg==" }),
    secret({ same: "c2FtZQ==", changed: "YWFhYWE=", fresh: "Yw==" }),
  );

  assert.deepEqual(live["data"], { same: "***", changed: "*** (before)", gone: "***" });
  assert.deepEqual(predicted["data"], { same: "***", changed: "*** (after)", fresh: "***" });
});

test("no masked change of any shape carries a value of a Secret", () => {
  const value = fc.stringMatching(/^SECRET[A-Za-z0-9]{4,12}$/);
  const data = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value);
  fc.assert(
    fc.property(data, data, data, (one, two, three) => {
      const [live, predicted] = [secret({ ...one }), secret({ ...two })];
      const desired = manifestOf(secret({ ...three }, { stringData: { ...one } }));
      const { id } = desired;
      const changes: readonly Change[] = [
        { action: "create", id, desired, predicted },
        { action: "create", id, desired, predicted: undefined },
        { action: "configure", id, desired, live, predicted, fields: [], takeovers: [], migrate: [] },
        { action: "configure", id, desired, live, predicted: undefined, fields: [], takeovers: [], migrate: [] },
        { action: "none", id, desired, live },
        { action: "prune", id, live },
      ];
      for (const change of changes) assert.equal(JSON.stringify(maskChange(change)).includes("SECRET"), false, change.action);
    }),
    { seed: 20260105 },
  );
});

test("stringData is folded into data as the server does it, in UTF-8", () => {
  const texts = ["", "a", "ab", "abc", "abcd", "päß", "🔑\n"];
  for (const text of texts) {
    const folded = foldStringData(secret({ old: "eA==", key: "eQ==" }, { stringData: { key: text } }));
    assert.deepEqual(folded["data"], { old: "eA==", key: Buffer.from(text, "utf8").toString("base64") });
    assert.equal("stringData" in folded, false);
  }
});

test("a key named __proto__ in stringData stays a key", () => {
  const folded = foldStringData(secret({}, { stringData: JSON.parse('{"__proto__":"x"}') }));

  assert.deepEqual(Object.entries(valueAt(folded, "data") ?? {}), [["__proto__", "eA=="]]);
});

test("what the server would refuse, and what is no Secret, is not touched", () => {
  const wrong = secret({}, { stringData: { a: 5 } });
  const other = { apiVersion: "v1", kind: "ConfigMap", stringData: { a: "b" } };

  assert.equal(foldStringData(wrong), wrong);
  assert.equal(foldStringData(other), other);
});

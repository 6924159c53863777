import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseExactJson, printExactJson } from "../../../src/adapters/kubernetes/exact-json.ts";
import { pointerOfFieldPath, pointerOfValidationPath } from "../../../src/adapters/kubernetes/field-path.ts";
import { harmlessWords, oneLine, parseForbidden, saysImmutable } from "../../../src/adapters/kubernetes/server-words.ts";
import { createConcurrencyGate } from "../../../src/adapters/kubernetes/transport/concurrency.ts";
import { proxyFor } from "../../../src/adapters/kubernetes/transport/proxy.ts";
import { retryAfterMs } from "../../../src/adapters/kubernetes/transport/retry.ts";
import type { JsonValue } from "../../../src/engine/model/json.ts";

test("every integer goes through JSON and back unrounded, wherever it stands", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }), fc.string(), (integer, text) => {
      const value = Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
      const document: JsonValue = { a: [value, { [text]: value }], text };
      assert.deepEqual(parseExactJson(printExactJson(document)), document);
    }),
    { seed: 20261123 },
  );
});

test("long digits within a text stay a text", () => {
  assert.deepEqual(parseExactJson('{"a":"12345678901234567890","b":":12345678901234567890,"}'), {
    a: "12345678901234567890",
    b: ":12345678901234567890,",
  });
});

const deployment: JsonValue = {
  metadata: { labels: { "app.kubernetes.io/name": "web", app: { kubernetes: "decoy" } } },
  spec: {
    template: {
      spec: { containers: [{ name: "side" }, { name: "web", ports: [{ containerPort: 80 }, { containerPort: 81, protocol: "UDP" }] }] },
    },
    finalizers: ["a", "b"],
  },
};

for (const [path, pointer] of Object.entries({
  ".metadata.labels.app.kubernetes.io/name": "/metadata/labels/app.kubernetes.io~1name",
  '.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort':
    "/spec/template/spec/containers/1/ports/0/containerPort",
  '.spec.template.spec.containers[name="web"].ports[containerPort=81,protocol="UDP"]': "/spec/template/spec/containers/1/ports/1",
  '.spec.finalizers[="b"]': "/spec/finalizers/1",
  ".spec.absent": ".spec.absent",
})) {
  test(`the server's field path ${path} is the pointer ${pointer}`, () => assert.equal(pointerOfFieldPath(path, deployment), pointer));
}

for (const [path, pointer] of Object.entries({
  "spec.clusterIPs[0]": "/spec/clusterIPs/0",
  "data[a.key]": "/data/a.key",
  "metadata.annotations[a/b]": "/metadata/annotations/a~1b",
  spec: "/spec",
})) {
  test(`the validation path ${path} is the pointer ${pointer}`, () => assert.equal(pointerOfValidationPath(path), pointer));
}

for (const words of [
  'Invalid value: "b": field is immutable',
  "Forbidden: field is immutable when `immutable` is set",
  "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -1 +1 @@",
  'Invalid value: ["10.0.0.51"]: may not change once set',
  "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template' are forbidden",
  "Forbidden: pod updates may not change fields other than `spec.containers[*].image`",
  'Invalid value: {"Kind":"Role"}: cannot change roleRef',
]) {
  test(`an immutable field is recognised in: ${words.slice(0, 60)}`, () => assert.ok(saysImmutable(words)));
}

test("a value that is merely wrong is not taken for an immutable field", () => {
  for (const words of ["Required value", 'Invalid value: "x": must be no more than 63 characters', "field not declared in schema"])
    assert.equal(saysImmutable(words), false, words);
});

test("the server's sentence fits on one line, without diffs, dumps and long values", () => {
  assert.equal(
    oneLine(
      "failed to create typed patch object (a/b; v1, Kind=X): errors:\n  .a: field not declared in schema\n  .b: expected string, got &value.valueUnstructured{Value:1}",
    ),
    ".a: field not declared in schema; .b: expected string",
  );
  assert.equal(oneLine("Forbidden: spec is immutable\n@@ -1,6 +1,6 @@\n {\n"), "Forbidden: spec is immutable");
  assert.equal(oneLine(`Invalid value: {"a":"${"x".repeat(500)}"}: field is immutable`), "Invalid value: …: field is immutable");
});

test("of a sentence about a Secret only harmless words are left", () => {
  assert.equal(harmlessWords('.data.a: expected string, got &value.valueUnstructured{Value:"hunter2"}'), "expected string");
  assert.equal(harmlessWords('data[a]: Invalid value: "hunter2": nonsense'), "");
});

test("RBAC's sentence says verb, resource, group and namespace", () => {
  assert.deepEqual(
    parseForbidden('x is forbidden: User "kim" cannot patch resource "deployments" in API group "apps" in the namespace "shop"'),
    { verb: "patch", resource: "deployments", group: "apps", namespace: "shop" },
  );
  assert.deepEqual(parseForbidden('x is forbidden: User "kim" cannot list resource "nodes" in API group "" at the cluster scope'), {
    verb: "list",
    resource: "nodes",
    group: "",
    namespace: "",
  });
  assert.equal(parseForbidden("exceeded quota"), undefined);
});

test("Retry-After is read as seconds and as a date", () => {
  assert.equal(retryAfterMs("3", 0), 3_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 4_000), 6_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 1970 00:00:01 GMT", 4_000), 0);
  assert.equal(retryAfterMs("soon", 0), undefined);
});

test("being throttled halves what may run at once, and successes let it grow again, up to the limit", () => {
  const gate = createConcurrencyGate(32);
  gate.throttled();
  gate.throttled();
  assert.equal(gate.limit, 8);
  for (let success = 0; success < 9; success++) gate.accepted();
  assert.equal(gate.limit, 9);
  for (let times = 0; times < 20; times++) gate.throttled();
  assert.equal(gate.limit, 1);
  for (let success = 0; success < 1_000; success++) gate.accepted();
  assert.equal(gate.limit, 32);
});

test("who waits for a turn is let in, in order, or leaves when aborted", async () => {
  const gate = createConcurrencyGate(1);
  const { signal } = new AbortController();
  const order: string[] = [];
  const stop = new AbortController();
  await gate.enter(signal);
  const first = gate.enter(signal).then(() => order.push("first"));
  const leaving = gate.enter(stop.signal);
  const second = gate.enter(signal).then(() => order.push("second"));

  stop.abort(new Error("enough"));
  await assert.rejects(leaving, { message: "enough" });
  gate.leave();
  await first;
  gate.leave();
  await second;

  assert.deepEqual(order, ["first", "second"]);
});

const proxies: readonly (readonly [string, Record<string, string>, string | undefined])[] = [
  ["https://api.test:6443", { HTTPS_PROXY: "http://proxy:1" }, "http://proxy:1"],
  ["https://api.test:6443", { https_proxy: "proxy:1" }, "http://proxy:1"],
  ["http://api.test", { HTTPS_PROXY: "http://proxy:1" }, undefined],
  ["http://api.test", { HTTP_PROXY: "http://proxy:1" }, "http://proxy:1"],
  ["https://127.0.0.1:6443", { HTTPS_PROXY: "http://proxy:1" }, undefined],
  ["https://localhost:6443", { HTTPS_PROXY: "http://proxy:1" }, undefined],
  ["https://[::1]:6443", { HTTPS_PROXY: "http://proxy:1" }, undefined],
  ["https://api.test", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "*" }, undefined],
  ["https://api.test", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "other, test" }, undefined],
  ["https://api.test", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: ".test" }, undefined],
  ["https://test", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: ".test" }, "http://proxy:1"],
  ["https://notapi.test", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "api.test" }, "http://proxy:1"],
  ["https://api.test:6443", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "api.test:6443" }, undefined],
  ["https://api.test:6443", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "api.test:443" }, "http://proxy:1"],
  ["https://10.1.2.3", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "10.0.0.0/8" }, undefined],
  ["https://11.1.2.3", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "10.0.0.0/8" }, "http://proxy:1"],
  ["https://[fd00::1]", { HTTPS_PROXY: "http://proxy:1", NO_PROXY: "fd00::/8" }, undefined],
];

for (const [server, environment, expected] of proxies) {
  test(`${server} with ${JSON.stringify(environment)} goes ${expected === undefined ? "straight" : `through ${expected}`}`, () => {
    assert.equal(proxyFor(new URL(server), environment), expected);
  });
}

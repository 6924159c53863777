import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAnswer, assertShowable } from "../support/bad-input.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

const object = (apiVersion: string, kind: string, name: string, more: object = {}): string =>
  JSON.stringify({ apiVersion, kind, metadata: { name }, ...more });
const settings = { "settings.yaml": configMap("settings", { a: "1" }) };

/** What only a cluster can refuse: the file and the object are named, and of the whole build nothing is written. */
const refused: Readonly<Record<string, { readonly bad: string; readonly exit: number; readonly says: string; readonly hint?: string }>> = {
  "a kind that no cluster serves": {
    bad: object("shop.example.com/v1", "Basket", "one"),
    exit: 11,
    says: "bad\\.yaml.*Basket",
    hint: "CRD|CustomResourceDefinition",
  },
  "a version that is not served": {
    bad: object("apps/v1beta1", "Deployment", "web"),
    exit: 11,
    says: "bad\\.yaml.*apps/v1beta1",
    hint: "apps/v1",
  },
  "an apiVersion that climbs": { bad: object("../../v1", "ConfigMap", "one"), exit: 11, says: "bad\\.yaml" },
  "B39 a name that climbs": { bad: object("v1", "ConfigMap", "../../namespaces/default"), exit: 11, says: "bad\\.yaml" },
  "B39 a name of 300 characters": { bad: object("v1", "ConfigMap", "a".repeat(300)), exit: 11, says: "bad\\.yaml" },
  "B39 a name in upper case": { bad: object("v1", "ConfigMap", "Settings"), exit: 11, says: "bad\\.yaml" },
  "B49 a name with an escape sequence": { bad: object("v1", "ConfigMap", "a\u001b]0;hunter\u0007\u202e"), exit: 11, says: "bad\\.yaml" },
  "B49 a label that the server quotes": {
    bad: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { x: "\u001b[2J\u202eevil" } } }),
    exit: 11,
    says: "bad\\.yaml",
  },
  "a namespace with an escape sequence": {
    bad: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "\u001b[2Jx" } }),
    exit: 11,
    says: "bad\\.yaml",
  },
  "a namespace that is not there": {
    bad: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "no-such-namespace" } }),
    exit: 12,
    says: "no-such-namespace",
  },
  "an unknown field": { bad: deployment("web").replace('"replicas"', '"replica"'), exit: 11, says: "bad\\.yaml[\\s\\S]*replica" },
  "a field of the wrong type": {
    bad: deployment("web").replace('"replicas":1', '"replicas":"many"'),
    exit: 11,
    says: "bad\\.yaml[\\s\\S]*replicas",
  },
  "labels that are a list": {
    bad: '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": ["x"]}}',
    exit: 11,
    says: "bad\\.yaml",
  },
  "annotations that are a text": {
    bad: '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": "x"}}',
    exit: 11,
    says: "bad\\.yaml",
  },
  "data that is a list": {
    bad: '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"a": "b"}, "data": ["x"]}',
    exit: 11,
    says: "bad\\.yaml",
  },
  "stringData that is a list": {
    bad: '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": ["x"]}',
    exit: 11,
    says: "bad\\.yaml",
  },
  "an object larger than the server takes": { bad: configMap("big", { a: "x".repeat(2_000_000) }), exit: 11, says: "bad\\.yaml" },
};

for (const [name, { bad, ...expected }] of Object.entries(refused)) {
  test(`${name} is exit ${expected.exit}, told with its file, and nothing is written`, { skip }, async () => {
    const shop = await newWorkspace(plane!, { ...settings, "bad.yaml": bad });
    const { result, writes } = await shop.writesOf(() => shop.run("sync"));
    assertCode(result, expected.exit);
    assertAnswer({ ...result, stdout: "" }, expected);
    assertShowable(result);
    assert.deepEqual(writes, []);
  });
}

test("with -o json an error is one object on stderr with its place, and the last line of a sync tells its status", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "bad.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n\tp: hunter2\n" });

  const sync = await shop.run("sync", "-o", "json");
  const diff = await shop.run("diff", "-o", "json");

  for (const { code, stderr } of [sync, diff]) {
    assert.equal(code, 11);
    const { hint, message, ...error } = JSON.parse(stderr) as Record<string, unknown>;
    assert.deepEqual(error, {
      code: "BUILD_FAILED",
      exitCode: 11,
      retryable: false,
      object: null,
      path: `${shop.folder}/bad.yaml`,
      line: 5,
    });
    assert.match(String(message), /bad\.yaml:5:1: a tab/);
    assert.match(String(hint), /spaces/);
  }
  assert.equal(diff.stdout, "");
  assert.deepEqual([sync.events?.at(-1)?.type, sync.events?.at(-1)?.["exitCode"]], ["sync.finished", 11]);
  assert.doesNotMatch(sync.stdout + sync.stderr + diff.stderr, /hunter2/);
});

for (const command of [["sync"], ["diff"], ["get"], ["delete", "--yes"], ["release", "--yes"]]) {
  test(`${command[0]} of a delivery that was never made is exit 12, and says how to see those that were`, { skip }, async () => {
    const shop = await newWorkspace(plane!, {});
    assertAnswer(await shop.gitops(...command, "shop"), { exit: 12, says: "no delivery named shop", hint: "gitops get" });
  });
}

test("a namespace of the delivery that is not there is exit 12, and --create-namespace makes it", { skip }, async () => {
  const shop = await newWorkspace(plane!, settings);
  const missing = `${shop.namespace}-more`;
  assertAnswer(await shop.gitops("sync", "shop", shop.folder, "-n", missing), { exit: 12, says: missing, hint: "--create-namespace" });

  assertCode(await shop.gitops("sync", "shop", shop.folder, "-n", missing, "--create-namespace", "--no-wait"), 0);
});

test(
  "B29 keys that are names of JavaScript reach the cluster byte for byte, are no drift, and can be changed and removed",
  { skip },
  async () => {
    const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
    const data = (value: string): string => `{${keys.map((key) => `"${key}": "${value}"`).join(", ")}}`;
    const file = (value: string): string =>
      `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd", "annotations": ${data(value)}}, "data": ${data(value)}}`;
    const shop = await newWorkspace(plane!, {
      "odd.yaml": file("one").replace(/"annotations": \{[^}]*\}/, '"annotations": {"constructor": "x", "toString": "y"}'),
    });

    assertCode(await shop.run("sync"), 0);
    const stored = (await shop.live("v1/configmaps/odd"))?.data ?? {};
    assert.deepEqual(Object.entries(stored).sort(), keys.map((key) => [key, "one"]).sort());
    const again = await shop.writesOf(() => shop.run("sync"));
    assert.deepEqual(again.writes, []);
    assertCode(await shop.run("diff"), 0);

    await shop.write({
      "odd.yaml": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd"}, "data": {"__proto__": "two"}}',
    });
    const diff = await shop.run("diff", "-o", "json");
    assertCode(diff, 1);
    assert.match(diff.stdout, /"\/data\/__proto__"/);
    assertCode(await shop.run("sync"), 0);
    assert.deepEqual(Object.entries((await shop.live("v1/configmaps/odd"))?.data ?? {}), [["__proto__", "two"]]);
  },
);

test("B49 annotations and data with escape sequences are delivered as they are, and shown as escapes", { skip }, async () => {
  const evil = "\u001b]52;c;aGk=\u0007\u202e\u200b";
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { text: evil }, { note: evil }) });

  const results = [
    await shop.run("diff"),
    await shop.run("sync", "-v"),
    await shop.gitops("get", "shop"),
    await shop.gitops("get", "shop", "-o", "yaml"),
  ];
  assert.equal((await shop.live("v1/configmaps/a"))?.data?.["text"], evil);
  await shop.write({ "a.yaml": configMap("a", { text: `${evil}!` }, { note: `${evil}!` }) });
  results.push(await shop.run("diff"), await shop.run("diff", "-o", "json"), await shop.run("sync", "-o", "json"));

  results.forEach(assertShowable);
  assert.match(results[0]?.stdout ?? "", /\\e\]52/);
});

test(
  "B67 a field that another manages stops a sync with --force-conflicts=false, by manager and field, before any write",
  { skip },
  async () => {
    const shop = await newWorkspace(plane!, settings);
    await shop.applyByHand("v1/configmaps/settings", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings" },
      data: { a: "theirs" },
    });

    const { result, writes } = await shop.writesOf(() => shop.run("sync", "--force-conflicts=false"));

    assertAnswer({ ...result, stdout: "" }, { exit: 5, says: "a-colleague[\\s\\S]*data|data[\\s\\S]*a-colleague" });
    assert.deepEqual(writes, []);
  },
);

test("B68 a CRD and its object in one sync are delivered in that order", { skip }, async () => {
  const group = `g${Date.now().toString(36)}.example.com`;
  const crd = JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `baskets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "baskets", singular: "basket", kind: "Basket", listKind: "BasketList" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  });
  const shop = await newWorkspace(plane!, {
    "a-basket.yaml": object(`${group}/v1`, "Basket", "one", { spec: { size: 1 } }),
    "b-crd.yaml": crd,
  });

  assertCode(await shop.run("sync"), 0);
  assert.ok(await shop.live(`${group}/v1/baskets/one`));
  assertCode(await shop.run("diff"), 0);
  assertCode(await shop.gitops("delete", "shop", "--yes", "--confirm-prune", `CustomResourceDefinition/baskets.${group}`), 0);
});

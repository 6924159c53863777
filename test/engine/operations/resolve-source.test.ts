import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_BUDGET } from "../../../src/engine/build/build-options.ts";
import { DEFAULT_POLICY } from "../../../src/engine/model/delivery.ts";
import type { Source } from "../../../src/engine/model/source.ts";
import type { DeliveryRequest } from "../../../src/engine/operations/request.ts";
import { formatSource, resolveSource } from "../../../src/engine/operations/resolve-source.ts";
import type { StoredDelivery } from "../../../src/engine/ports/delivery-store.ts";

const ref = { dialect: "bare", namespace: "shop", name: "web" } as const;
const git: Source = { type: "git", url: "https://git.example/shop.git", ref: { type: "named", name: "main" }, path: "k8s/prod" };
const folder: Source = { type: "directory", path: "/repo/k8s" };

function request(parts: Partial<DeliveryRequest>): DeliveryRequest {
  const build = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
  return { ref, source: undefined, override: {}, policy: DEFAULT_POLICY, build, expectCluster: undefined, ...parts };
}

function stored(source: Source): StoredDelivery {
  return {
    ref,
    resourceVersion: "1",
    createdAt: "",
    inventory: { version: 1, cluster: "c", source, namespace: "shop", revision: "r", entries: [] },
  };
}

test("a source that is typed beats the recorded one", () => {
  assert.equal(resolveSource(request({ source: folder }), stored(git)), folder);
});

test("a name alone takes the recorded source", () => {
  assert.equal(resolveSource(request({}), stored(git)), git);
});

test("a ref or path of this run is put over the recorded source", () => {
  assert.deepEqual(resolveSource(request({ override: { ref: "my-branch" } }), stored(git)), {
    ...git,
    ref: { type: "named", name: "my-branch" },
  });
  assert.deepEqual(resolveSource(request({ override: { path: "k8s/dev" } }), stored(git)), { ...git, path: "k8s/dev" });
});

test("a ref for a folder is a usage error, not ignored", () => {
  assert.throws(() => resolveSource(request({ override: { ref: "main" } }), stored(folder)), { code: "USAGE" });
});

test("a delivery that nobody knows is not found, and the hint says how to name its source", () => {
  assert.throws(() => resolveSource(request({}), undefined), { code: "DELIVERY_NOT_FOUND", hint: /gitops sync web DIRECTORY -n shop/ });
});

test("a source is named as people name it", () => {
  assert.equal(formatSource(git), "https://git.example/shop.git//k8s/prod");
  assert.equal(formatSource({ ...git, path: "" }), "https://git.example/shop.git");
  assert.equal(formatSource(folder), "/repo/k8s");
});

test("a ref that begins with semver: is a range of versions, which no branch can be named", () => {
  assert.deepEqual(resolveSource(request({ override: { ref: "semver:>=1.2 <2" } }), stored(git)), {
    ...git,
    ref: { type: "semver", range: ">=1.2 <2" },
  });
  assert.deepEqual(resolveSource(request({ override: { ref: "v1.2.0" } }), stored(git)), {
    ...git,
    ref: { type: "named", name: "v1.2.0" },
  });
});

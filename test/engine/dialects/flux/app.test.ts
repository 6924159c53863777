import assert from "node:assert/strict";
import { test } from "node:test";
import { kustomizationApp } from "../../../../src/engine/dialects/flux/app.ts";
import type { App } from "../../../../src/engine/model/app.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";

function appOf(spec: JsonObject): App {
  const id = { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization", namespace: "shop", name: "web" };
  const apiVersion = `${id.group}/v1`;
  const metadata = { name: id.name, namespace: id.namespace };
  const whole = { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "web" }, ...spec };
  const object = { apiVersion, kind: id.kind, metadata, spec: whole };
  return kustomizationApp({ id, apiVersion, object, origin: { file: "" } }, (message) => assert.fail(message));
}

const TIMEOUTS: readonly (readonly [spec: JsonObject, seconds: number])[] = [
  [{ timeout: "45s" }, 45],
  [{ timeout: "2m" }, 120],
  [{ timeout: "5s" }, 30],
  [{ interval: "10m" }, 570],
  [{ interval: "1h" }, 3570],
  [{ interval: "40s" }, 30],
];

for (const [spec, seconds] of TIMEOUTS) {
  // Kustomization.GetTimeout of kustomize-controller's API.
  test(`${JSON.stringify(spec)} gives a run ${String(seconds)} seconds`, () => {
    assert.equal(appOf(spec).timeoutMs, seconds * 1000);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import { refuseUnreadable, refusedObjects } from "../../../src/engine/operations/refused-objects.ts";

function manifest(name: string, line: number): Manifest {
  return {
    id: { group: "", kind: "Service", namespace: "shop", name },
    apiVersion: "v1",
    object: {},
    origin: { file: "k8s/all.yaml", line },
  };
}

const invalid = {
  manifest: manifest("web", 3),
  error: new GitOpsError("INVALID_MANIFEST", "spec.ports: Required value", { hint: "correct it" }),
};
const forbidden = { manifest: manifest("api", 9), error: new GitOpsError("FORBIDDEN", "service/api: you may not patch services") };

test("one refused object is told with its name, its place and the server's words", () => {
  const error = refusedObjects([invalid]);
  assert.equal(error.message, "service/web: spec.ports: Required value; nothing was written");
  assert.deepEqual([error.code, error.hint, error.data["path"], error.data["line"]], ["INVALID_MANIFEST", "correct it", "k8s/all.yaml", 3]);
});

test("several refused objects are all told at once, and permission decides before validity", () => {
  const error = refusedObjects([invalid, forbidden]);
  assert.equal(error.code, "FORBIDDEN");
  assert.equal(error.message, "the server refuses 2 objects; nothing was written");
  assert.deepEqual(error.data["diagnostics"], [
    { severity: "error", file: "k8s/all.yaml", line: 9, message: "service/api: you may not patch services" },
    { severity: "error", file: "k8s/all.yaml", line: 3, message: "service/web: spec.ports: Required value" },
  ]);
});

test("an object of the build that may not be read is refused, and never taken for absent", () => {
  const unknown = new Map([["/Service/shop/api", forbidden.error]]);
  assert.throws(() => refuseUnreadable([invalid.manifest, forbidden.manifest], unknown), {
    code: "FORBIDDEN",
    message: /^service\/api: you may not/,
  });
  refuseUnreadable([invalid.manifest], unknown);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { rollbackDocument, rollbackLines, rollbackSummary } from "../../../src/cli/output/rollback.ts";
import { GitOpsError, type GitFile, type RollbackPlan } from "../../../src/engine/index.ts";

const file = (path: string): GitFile => ({ path, mode: "100644", id: "1".repeat(40) });
const object = { group: "apps", kind: "Deployment", namespace: "shop", name: "web" };
const plan: RollbackPlan = {
  address: "ks/shop",
  namespace: "flux-system",
  repository: { url: "https://git.example/shop.git", isDeclared: true },
  branch: "main",
  tip: "b".repeat(40),
  to: { commit: "a".repeat(40), knownFrom: "git", at: "2026-01-02T03:04:05.000Z", note: "Nice\u001b[31m\n" },
  files: [
    { path: "deploy/new.yaml", before: file("deploy/new.yaml"), after: undefined, isOutside: false },
    { path: "deploy/web.yaml", before: file("deploy/web.yaml"), after: file("deploy/web.yaml"), isOutside: false },
    { path: "base/old.yaml", before: undefined, after: file("base/old.yaml"), isOutside: true },
  ],
  objects: [{ ...object, action: "changed" }],
  others: [{ address: "ks/other -n apps", objects: [{ ...object, name: "api", action: "removed" }], failure: "" }],
  proposed: { commit: "c".repeat(40), parent: "b".repeat(40) },
};
const terminal = { stdoutColor: false, unicode: true };

test("a plan says which revision, files, objects and other deliveries it is about, and shows controls as text", () => {
  const [first = "", ...rest] = rollbackLines(plan);
  assert.match(first, /^ks\/shop: main@b{12} back to a{12} \(committed 2026-01-02T03:04:05\.000Z Nice/);
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(first, /[\u0000-\u001f]/);
  assert.deepEqual(rest, [
    "  D deploy/new.yaml",
    "  M deploy/web.yaml",
    "  A base/old.yaml (outside of its folder)",
    "  changed deployment.apps/web -n shop",
    "  also changes ks/other -n apps",
    "    removed deployment.apps/api -n shop",
  ]);
  assert.ok(rollbackLines({ ...plan, objects: undefined }).includes("  the present files do not build"));
});

test("the summary says what was pushed where, and what became of it in the cluster", () => {
  const base = { plan, branch: "main" };
  const by = { by: "controller", revision: "main@sha1:c", failures: [] } as const;
  const pushed = `ks/shop rolled back to ${"a".repeat(12)} by commit ${"c".repeat(40)} on main`;
  assert.equal(rollbackSummary({ ...base, result: "pushed", delivered: undefined }, terminal), `✔ ${pushed}\n`);
  assert.equal(
    rollbackSummary({ ...base, result: "delivered", delivered: by }, terminal),
    `✔ ${pushed}, delivered by its controller at main@sha1:c\n`,
  );
  const failed = { ...by, failures: [new GitOpsError("UNHEALTHY", "no")] };
  assert.equal(
    rollbackSummary({ ...base, result: "failed", delivered: failed }, terminal),
    `✗ ${pushed}, which did not arrive in the cluster\n`,
  );
});

test("the document names every file and object, and holds no content", () => {
  const document: unknown = JSON.parse(rollbackDocument({ plan, result: "pushed", branch: "rollback/shop", delivered: undefined }));
  assert.deepEqual(document, {
    apiVersion: "cli.gitops/v1",
    kind: "Rollback",
    name: "ks/shop",
    namespace: "flux-system",
    result: "pushed",
    repository: "https://git.example/shop.git",
    branch: "rollback/shop",
    tip: "b".repeat(40),
    to: { commit: "a".repeat(40), knownFrom: "git", at: "2026-01-02T03:04:05.000Z", note: "Nice\u001b[31m\n" },
    commit: "c".repeat(40),
    files: [
      { action: "deleted", path: "deploy/new.yaml", outside: false },
      { action: "modified", path: "deploy/web.yaml", outside: false },
      { action: "added", path: "base/old.yaml", outside: true },
    ],
    objects: [{ action: "changed", ...object }],
    others: [{ name: "ks/other -n apps", failure: "", objects: [{ action: "removed", ...object, name: "api" }] }],
    by: "",
    revision: "",
  });
});

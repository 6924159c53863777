import assert from "node:assert/strict";
import { test } from "node:test";
import { hookOf, waveOf } from "../../../../src/engine/dialects/argo/hooks.ts";
import { argoOptionsOf } from "../../../../src/engine/dialects/argo/object-options.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";
import type { Manifest } from "../../../../src/engine/model/manifest.ts";
import { manifest } from "../../plan/plan-world.ts";

function annotated(annotations: JsonObject): Manifest {
  return manifest("batch/v1 Job shop/job", {}, annotations);
}

const HOOKS: readonly (readonly [JsonObject, readonly string[] | undefined, readonly string[]])[] = [
  [{}, undefined, []],
  [{ "argocd.argoproj.io/hook": "" }, undefined, []],
  [{ "argocd.argoproj.io/hook": "PreSync" }, ["PreSync"], ["BeforeHookCreation"]],
  [{ "argocd.argoproj.io/hook": " PreSync , PostSync,PreSync" }, ["PreSync", "PostSync"], ["BeforeHookCreation"]],
  [{ "argocd.argoproj.io/hook": "Skip,SyncFail" }, ["SyncFail"], ["BeforeHookCreation"]],
  [
    { "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded,HookFailed" },
    ["Sync"],
    ["HookSucceeded", "HookFailed"],
  ],
  [{ "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "whenever" }, ["Sync"], ["BeforeHookCreation"]],
  [{ "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "hook-succeeded" }, ["PreSync"], ["HookSucceeded"]],
  [{ "helm.sh/hook": "post-install,post-upgrade" }, ["PostSync"], ["BeforeHookCreation"]],
  [{ "helm.sh/hook": "crd-install" }, undefined, []],
  [{ "argocd.argoproj.io/hook": "PostSync", "helm.sh/hook": "pre-install" }, ["PostSync"], ["BeforeHookCreation"]],
];
for (const [annotations, phases, policies] of HOOKS) {
  test(`${JSON.stringify(annotations)} is ${phases === undefined ? "no hook" : `a hook of ${phases.join(" and ")}`}`, () => {
    const hook = hookOf(annotated(annotations));
    assert.deepEqual(hook?.phases, phases);
    if (hook !== undefined) assert.deepEqual(hook.deletePolicies, policies);
    assert.equal(hook?.skip, undefined);
  });
}

for (const words of ["Skip", "PreDelete", "PreDelete,PostDelete"]) {
  test(`a ${words} hook is never part of a sync, and says so`, () => {
    const hook = hookOf(annotated({ "argocd.argoproj.io/hook": words }));
    assert.deepEqual(hook?.phases, []);
    assert.notEqual(hook?.skip, undefined);
  });
}

for (const words of ["test", "pre-delete", "pre-rollback,post-rollback"]) {
  test(`Helm's ${words} is never part of a sync`, () => assert.notEqual(hookOf(annotated({ "helm.sh/hook": words }))?.skip, undefined));
}

for (const annotations of [
  { "argocd.argoproj.io/hook": "presync" },
  { "argocd.argoproj.io/hook": "PreSync,Postsync" },
  { "helm.sh/hook": "pre-instal" },
  { "argocd.argoproj.io/hook": "constructor" },
]) {
  test(`${JSON.stringify(annotations)} is an error that names the file and the words there are`, () => {
    assert.throws(() => hookOf(annotated(annotations)), {
      code: "INVALID_MANIFEST",
      message: /^job\.yaml: job\.batch\/job: .* is no hook$/,
      hint: /one of/,
    });
  });
}

const WAVES: readonly (readonly [JsonObject, number])[] = [
  [{}, 0],
  [{ "argocd.argoproj.io/sync-wave": "-5" }, -5],
  [{ "argocd.argoproj.io/sync-wave": "+2" }, 2],
  [{ "argocd.argoproj.io/sync-wave": "1.5", "helm.sh/hook-weight": "7" }, 7],
  [{ "argocd.argoproj.io/sync-wave": "3", "helm.sh/hook-weight": "7" }, 3],
  [{ "argocd.argoproj.io/sync-wave": "first" }, 0],
  [{ "argocd.argoproj.io/sync-wave": 4 }, 0],
];
for (const [annotations, wave] of WAVES) {
  test(`${JSON.stringify(annotations)} is wave ${wave}`, () => assert.equal(waveOf(annotated(annotations).object), wave));
}

test("options are read one by one, the last of a name counts", () => {
  const { warnings, ...options } = argoOptionsOf(
    annotated({
      "argocd.argoproj.io/sync-options":
        "Prune=confirm, Delete=false,Replace=true,Force=true,Validate=false,SkipDryRunOnMissingResource=true,PruneLast=true",
    }),
  );

  assert.deepEqual(options, {
    hook: undefined,
    wave: 0,
    apply: "always",
    migrate: true,
    prune: "confirm",
    delete: "no",
    pruneLast: true,
    replace: true,
    force: true,
    validate: false,
    skipDryRunOnMissingResource: true,
  });
  assert.deepEqual(warnings, []);
});

test("a misspelt option is a warning that names the object and the word", () => {
  for (const word of ["Prune=False", "prune=false", "Pruned=false", "toString"]) {
    const { warnings, prune } = argoOptionsOf(annotated({ "argocd.argoproj.io/sync-options": word }));
    assert.deepEqual(warnings, [`job.yaml: job.batch/job: "${word}" is no sync option and has no effect`]);
    assert.equal(prune, "yes");
  }
});

test("options that ask for client-side apply are accepted with a warning", () => {
  for (const word of ["ServerSideApply=false", "ClientSideApplyMigration=false"]) {
    assert.match(
      argoOptionsOf(annotated({ "argocd.argoproj.io/sync-options": word })).warnings[0] ?? "",
      /no effect: objects are applied server-side/,
    );
  }
});

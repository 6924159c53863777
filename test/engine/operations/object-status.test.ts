import assert from "node:assert/strict";
import { test } from "node:test";
import { viewFluxObject } from "../../../src/engine/dialects/flux/view.ts";
import { syncOf } from "../../../src/engine/operations/object-status.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";
import type { ObjectView } from "../../../src/engine/model/object-view.ts";

const condition = (ready: string, generation: number): JsonObject => ({
  type: "Ready",
  status: ready,
  reason: "R",
  observedGeneration: generation,
});

function view(kind: "Kustomization" | "GitRepository" | "HelmRelease", ready: string, status: JsonObject, generation = 1): ObjectView {
  const group = { Kustomization: "kustomize", GitRepository: "source", HelmRelease: "helm" }[kind];
  return viewFluxObject({
    apiVersion: `${group}.toolkit.fluxcd.io/v1`,
    kind,
    metadata: { name: "shop", namespace: "team", generation },
    spec: {},
    status: { ...status, conditions: ready === "" ? [] : [condition(ready, 1)] },
  });
}

const source = (revision: string) => view("GitRepository", "True", { artifact: { revision } });
const app = (ready: string, revision: string, generation = 1) =>
  view("Kustomization", ready, { lastAppliedRevision: revision }, generation);

const cases: readonly [string, ObjectView, ObjectView | undefined, string][] = [
  ["ready at the revision of its source is Synced", app("True", "main@sha1:1"), source("main@sha1:1"), "Synced"],
  ["a source with a newer revision makes it OutOfSync, though it is ready", app("True", "main@sha1:1"), source("main@sha1:2"), "OutOfSync"],
  ["nothing applied yet where the source has something is OutOfSync", app("Unknown", ""), source("main@sha1:1"), "OutOfSync"],
  ["a failed attempt is OutOfSync, even at the same revision", app("False", "main@sha1:1"), source("main@sha1:1"), "OutOfSync"],
  ["an attempt under way at the same revision is Unknown", app("Unknown", "main@sha1:1"), source("main@sha1:1"), "Unknown"],
  ["a spec that was not observed is Unknown", app("True", "main@sha1:1", 2), source("main@sha1:1"), "Unknown"],
  ["without its source nothing can be said", app("True", "main@sha1:1"), undefined, "Unknown"],
  ["a source without an artifact says nothing", app("True", "main@sha1:1"), source(""), "Unknown"],
  [
    "a chart of an OCI repository carries a digest that the release does not",
    view("HelmRelease", "True", { history: [{ chartVersion: "1.2.3+0a1b", version: 1 }] }),
    source("1.2.3@sha256:0a1b"),
    "Synced",
  ],
  ["a source that stored what it fetched is Synced", source("main@sha1:1"), undefined, "Synced"],
  [
    "a source that could not fetch is OutOfSync",
    view("GitRepository", "False", { artifact: { revision: "main@sha1:1" } }),
    undefined,
    "OutOfSync",
  ],
  ["a source that was never fetched is Unknown", view("GitRepository", "", {}), undefined, "Unknown"],
];

for (const [name, delivery, its, expected] of cases)
  test(name, () => {
    assert.equal(syncOf(delivery, its), expected);
  });

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { kustomizationApp } from "../../../../src/engine/dialects/flux/app.ts";
import { gitRepositorySource } from "../../../../src/engine/dialects/flux/source.ts";
import { GitOpsError, ERROR_EXIT } from "../../../../src/engine/model/errors.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";
import { groupOf } from "../../../../src/engine/model/resource-id.ts";
import { leavesOf, readDefinition, schemaOf } from "../../../support/crd-schema.ts";
import { fluxCrds } from "../../../support/flux-controllers.ts";

/** What becomes of a leaf; see the head of the file. */
type Leaf =
  | "status"
  | { readonly honoured: string; readonly title?: string }
  | { readonly refused: string; readonly test?: string; readonly title?: string }
  | { readonly loop: string };

const root = new URL("../../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const table = parse(read("fixtures/dialects/flux/fields.yaml")) as Readonly<Record<string, Readonly<Record<string, Leaf>>>>;
const rows = Object.entries(table).flatMap(([kind, leaves]) => Object.entries(leaves).map(([leaf, what]) => ({ kind, leaf, what })));

const files = fluxCrds();
const skip = files.length === 0 && "not here: Go, to take Flux's own definitions from";

for (const kind of Object.keys(table)) {
  test(`the table has every leaf of Flux's own ${kind}, and no other`, { skip }, () => {
    const definition = files.map(readDefinition).find(({ spec }) => spec.names.kind === kind);
    const { spec, status } = schemaOf(definition!, "v1").properties!;
    const leaves = [...leavesOf(spec, "spec"), ...leavesOf(status, "status")];
    assert.deepEqual(Object.keys(table[kind]!).toSorted(), leaves.toSorted());
  });
}

test("each leaf of a status is called so, and no other", () => {
  const wrong = rows.filter(({ leaf, what }) => leaf.startsWith("status.") !== (what === "status"));
  assert.deepEqual(wrong, []);
});

test("each leaf that is honoured, or refused for what it is about, names a test that is there", () => {
  for (const { leaf, what } of rows) {
    if (what === "status" || "loop" in what) continue;
    const file = "honoured" in what ? what.honoured : what.test;
    if (file === undefined) continue;
    const text = read(file);
    const named = what.title === undefined ? [`"${leaf}"`, `"${leaf}:`] : [what.title];
    assert.ok(
      named.some((title) => text.includes(title)),
      `${file} has no test of ${leaf}`,
    );
  }
});

const SPECS: Readonly<Record<string, JsonObject>> = {
  GitRepository: { interval: "1h", url: "https://git.example/shop.git" },
  Kustomization: { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "shop" } },
};

/** An object that declares a leaf beside what it must. */
function declaring(kind: string, leaf: string, value: string): JsonObject {
  const [, ...keys] = leaf.split(".");
  const field = keys.reduceRight<JsonObject | string>((inner, key) => ({ [key]: inner }), value);
  const group = kind === "Kustomization" ? "kustomize" : "source";
  const spec = { ...SPECS[kind], ...(field as JsonObject) };
  return { apiVersion: `${group}.toolkit.fluxcd.io/v1`, kind, metadata: { name: "shop", namespace: "shop" }, spec };
}

for (const { kind, leaf, what } of rows) {
  if (what === "status" || !("refused" in what) || what.test !== undefined) continue;
  test(`${leaf} of a ${kind} is refused by name`, () => {
    const object = declaring(kind, leaf, what.refused);
    const apiVersion = String(object["apiVersion"]);
    const id = { group: groupOf(apiVersion), kind, namespace: "shop", name: "shop" };
    const manifest = { id, apiVersion, object, origin: { file: "" } };
    const read = kind === "Kustomization" ? kustomizationApp : gitRepositorySource;
    assert.throws(
      () => read(manifest, (message) => assert.fail(message)),
      (error) => {
        assert.ok(error instanceof GitOpsError);
        assert.equal(ERROR_EXIT[error.code], 11);
        // The field, or the one that it is a part of.
        const named = /spec(\.\w+)+/.exec(error.message)?.[0] ?? "";
        assert.ok(named !== "spec" && named !== "" && leaf.startsWith(named), error.message);
        return true;
      },
    );
  });
}

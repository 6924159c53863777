import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "gitops-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("an overlay is built by two files of the bundle, which have neither commander, chalk nor what speaks to clusters", () => {
  const files = ["bin/gitops.js", "package.json", "dist/gitops.js", "dist/chunks/build.js"];
  for (const name of ["bin", "dist/chunks", "overlay"]) mkdirSync(join(folder, name), { recursive: true });
  for (const file of files) copyFileSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, "overlay/kustomization.yaml"), "resources: [a.yaml]\nnamePrefix: shop-\nlabels: [{pairs: {a: b}}]\n");
  writeFileSync(join(folder, "overlay/a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n");

  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/gitops.js", "build", "overlay"], { cwd: folder, encoding: "utf8" });

  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(stdout, "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  labels:\n    a: b\n  name: shop-a\n");
});

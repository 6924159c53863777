import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { skipWithoutFluxOracle as skip, startFluxOracle, type FluxOracle } from "../support/flux-oracle.ts";
import { writeFiles } from "../support/git-server.ts";

const root = mkdtempSync(join(tmpdir(), "flux-oracle-test-"));
let oracle: FluxOracle;
before(() => {
  if (skip === false) oracle = startFluxOracle();
});
after(() => {
  oracle?.close();
  rmSync(root, { recursive: true, force: true });
});

function kustomization(spec: object): object {
  const metadata = { name: "shop", namespace: "team" };
  return { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata, spec };
}

const configMap = (text: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: colours\ndata:\n  text: ${text}\n`;

test("the original substitutes, and says what it refuses", { skip }, async () => {
  const variables = { COLOUR: "<blue>" };
  const answers = await Promise.all([
    oracle.substitute({ text: "a ${COLOUR} ${SIZE:-big} ${GONE}. $${KEPT}", variables, strict: false }),
    oracle.substitute({ text: "a ${COLOUR} ${GONE}", variables, strict: true }),
    oracle.substitute({ text: "a ${COLOUR", variables, strict: false }),
  ]);
  assert.deepEqual(answers, [
    { result: "a <blue> big . ${KEPT}" },
    { result: "", error: 'variable not set (strict mode): "GONE"' },
    { result: "", error: "missing closing brace" },
  ]);
});

test("the original writes a kustomization.yaml for a folder without one, builds it and leaves the folder as it was", { skip }, async () => {
  await writeFiles(root, { "plain/colours.yaml": configMap("${COLOUR} ${SIZE}"), "plain/notes.md": "no manifest\n" });
  const answer = await oracle.build({
    root,
    kustomization: kustomization({
      path: "./plain",
      targetNamespace: "shop",
      postBuild: { substitute: { COLOUR: "blue" }, substituteFrom: [{ kind: "ConfigMap", name: "sizes" }] },
    }),
    configMaps: [{ metadata: { name: "sizes" }, data: { SIZE: "big", COLOUR: "red" } }],
  });
  assert.deepEqual(answer, {
    generated: "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop\nresources:\n- ./colours.yaml\n",
    result: "apiVersion: v1\ndata:\n  text: blue big\nkind: ConfigMap\nmetadata:\n  name: colours\n  namespace: shop\n",
  });
  assert.deepEqual(await readdir(join(root, "plain")), ["colours.yaml", "notes.md"]);
});

test("the original refuses a path that is not there and variables that are not there", { skip }, async () => {
  await writeFiles(root, { "strict/colours.yaml": configMap("${GONE}") });
  const missing = await oracle.build({ root, kustomization: kustomization({ path: "./nowhere" }) });
  assert.match(missing.error ?? "", /^kustomization path not found: /);
  const postBuild = { substituteFrom: [{ kind: "Secret", name: "gone" }] };
  const unknown = await oracle.build({ root, kustomization: kustomization({ path: "./strict", postBuild }) });
  assert.match(unknown.error ?? "", /^post build failed .* substitute from 'Secret\/gone' error: .*not found$/);
  const strict = await oracle.build({
    root,
    kustomization: kustomization({ path: "./strict", postBuild: { substitute: { OTHER: "x" } } }),
    strict: true,
  });
  assert.match(strict.error ?? "", /^post build failed .*variable not set \(strict mode\): "GONE"$/);
});

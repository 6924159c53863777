import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { writeFiles } from "../support/git-server.ts";

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: { b: c } }\n`;

/** Builds the folder `overlay` of some files. */
async function build(files: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<CommandResult> {
  const home = newHome();
  const folder = join(home, "repository");
  await mkdir(folder);
  await writeFiles(folder, files);
  return gitops(["build", join(folder, "overlay"), ...flags], { home, cwd: home });
}

test("a file above its kustomization is refused, and built with --load-restrictor LoadRestrictionsNone", async () => {
  const files = { "overlay/kustomization.yaml": "resources: [../shared.yaml]\n", "shared.yaml": configMap("shared") };
  assert.equal((await build(files)).code, 6);
  const lifted = await build(files, "--load-restrictor", "LoadRestrictionsNone");
  assert.equal(lifted.code, 0, lifted.stderr);
  assert.match(lifted.stdout, /name: shared/);
});

test("an image that no container has is a warning, and with --strict an error", async () => {
  const files = {
    "overlay/kustomization.yaml": "resources: [a.yaml]\nimages: [{ name: ngnix, newTag: '2' }]\n",
    "overlay/a.yaml": configMap("a"),
  };
  const warned = await build(files);
  assert.equal(warned.code, 0, warned.stderr);
  for (const shown of [warned, await build(files, "--verbose")]) {
    assert.equal(shown.stderr.split("ngnix").length, 2, `told once:\n${shown.stderr}`);
    assert.match(shown.stderr, /overlay\/kustomization\.yaml:2:\d+: warning: /);
  }
  assert.equal((await build(files, "--strict")).code, 11);
});

const one = { "overlay/a.yaml": configMap("a") };
const nested = {
  "overlay/kustomization.yaml": "resources: [../one]\n",
  "one/kustomization.yaml": "resources: [../two]\n",
  "two/kustomization.yaml": "resources: [a.yaml]\n",
  "two/a.yaml": configMap("a"),
};

for (const { flag, value, files } of [
  { flag: "--max-file-size", value: "20", files: one },
  { flag: "--max-build-size", value: "20", files: one },
  { flag: "--max-documents", value: "1", files: { "overlay/a.yaml": `${configMap("a")}---\n${configMap("b")}` } },
  { flag: "--max-depth", value: "1", files: one },
  { flag: "--max-nodes", value: "3", files: one },
  { flag: "--max-bases", value: "1", files: nested },
]) {
  test(`${flag} sets the limit that a build may reach: exit 15, and the flag is named`, async () => {
    assert.equal((await build(files)).code, 0);
    const limited = await build(files, flag, value);
    assert.equal(limited.code, 15, limited.stderr);
    assert.equal(limited.stdout, "");
    assert.match(limited.stderr, new RegExp(flag));
  });
}

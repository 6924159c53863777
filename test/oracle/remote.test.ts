import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { GitOpsError } from "../../src/engine/index.ts";
import { kustomizeOracle } from "../support/build-kustomize-oracle.mjs";
import { diskTree } from "../support/disk-tree.ts";
import { startGitServer, writeFiles, type Files, type GitServer } from "../support/git-server.ts";
import { buildOptions, builtText } from "../support/kustomize-build.ts";
import { originalBuild } from "../support/oracle-build.ts";
import { allowed, remoteContent } from "../support/remote-content.ts";

const oracle = kustomizeOracle((line) => process.stderr.write(`${line}\n`));
const skip = oracle === undefined ? "not here: Go, to build kustomize v5.8.2 with" : false;
const work = mkdtempSync(join(tmpdir(), "kustomize-remote-"));
after(() => rmSync(work, { recursive: true, force: true }));

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: b\n`;

/** A repository as `{host}/repo.git` names it; `{git}` and `{files}` stand for the servers. */
const repositories: Readonly<Record<string, Files>> = {
  base: {
    "kustomization.yaml": "resources: [top.yaml]\n",
    "top.yaml": configMap("top"),
    "deep/one/kustomization.yaml": "resources: [../two, cm.yaml]\nnameSuffix: -one\n",
    "deep/one/cm.yaml": configMap("one"),
    "deep/two/kustomization.yaml": "resources: [cm.yaml]\nconfigMapGenerator: [{name: made, files: [a.txt]}]\n",
    "deep/two/cm.yaml": configMap("two"),
    "deep/two/a.txt": "text\n",
    "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: part-\n",
    "above/kustomization.yaml": "resources: [../top.yaml]\n",
    "out/kustomization.yaml": "resources: [../../../x]\n",
    "plugins/kustomization.yaml": "resources: [prefix.yaml]\n",
    "plugins/prefix.yaml":
      "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: plug-\nfieldSpecs: [{path: metadata/name}]\n",
    "link/kustomization.yaml": { link: "../deep/two/kustomization.yaml" },
    "link/cm.yaml": configMap("linked"),
    "link/a.txt": "text\n",
  },
};

interface Row {
  readonly claim: string;
  readonly files: Files;
  readonly fails?: true;
  readonly flags?: readonly string[];
}

const rows: readonly Row[] = [
  { claim: "the top of a repository", files: { "kustomization.yaml": "resources: ['{git}/base.git']\n" } },
  { claim: "a folder behind //, with its relative bases", files: { "kustomization.yaml": "resources: ['{git}/base.git//deep/one']\n" } },
  { claim: "a folder behind .git/", files: { "kustomization.yaml": "resources: ['{git}/base.git/deep/two']\n" } },
  { claim: "a tag", files: { "kustomization.yaml": "resources: ['{git}/base.git?ref=v1']\n" } },
  { claim: "a branch named by version", files: { "kustomization.yaml": "resources: ['{git}/base.git//deep/two?version=feature']\n" } },
  { claim: "a commit", files: { "kustomization.yaml": "resources: ['{git}/base.git?ref={commit}']\n" } },
  {
    claim: "a time-out and no submodules, behind git::",
    files: { "kustomization.yaml": "resources: ['git::{git}/base.git//deep/two?timeout=90s&submodules=false']\n" },
  },
  { claim: "the old field bases", files: { "kustomization.yaml": "bases: ['{git}/base.git']\nnamePrefix: p-\n" } },
  {
    claim: "a component",
    files: { "kustomization.yaml": "resources: [a.yaml]\ncomponents: ['{git}/base.git//part']\n", "a.yaml": configMap("a") },
  },
  {
    claim: "two folders of one repository, and one of them twice under two names",
    files: {
      "kustomization.yaml": "resources: [one, other, '{git}/base.git']\n",
      "one/kustomization.yaml": "resources: ['{git}/base.git//deep/two']\nnamePrefix: x-\n",
      "other/kustomization.yaml": "resources: ['{git}/base.git//deep/two']\nnamePrefix: y-\n",
    },
  },
  {
    claim: "transformers from a repository",
    files: { "kustomization.yaml": "resources: [a.yaml]\ntransformers: ['{git}/base.git//plugins']\n", "a.yaml": configMap("a") },
  },
  {
    claim: "a repository that names another by URL",
    files: { "kustomization.yaml": "resources: ['{git}/nested.git']\n" },
  },
  {
    claim: "where everything comes from, in origin and transformer annotations",
    files: {
      "kustomization.yaml":
        "resources: ['{git}/base.git?ref=v1', '{git}/base.git//deep/one', '{files}/a.yaml', '{files}/dir/b.yaml']\n" +
        "namePrefix: p-\nbuildMetadata: [originAnnotations, transformerAnnotations]\n",
    },
  },
  { claim: "a file by URL", files: { "kustomization.yaml": "resources: ['{files}/a.yaml']\n" } },
  { claim: "a file behind a redirect on the same server", files: { "kustomization.yaml": "resources: ['{files}/moved.yaml']\n" } },
  {
    claim: "files by URL in every field that names one",
    files: {
      "kustomization.yaml":
        "resources: [a.yaml]\n" +
        "configMapGenerator: [{name: made, files: ['{files}/plain.txt', 'key={files}/plain.txt'], envs: ['{files}/some.env']}]\n" +
        "patches: [{path: '{files}/patch.yaml'}]\nconfigurations: ['{files}/configuration.yaml']\n" +
        "replacements: [{path: '{files}/replacement.yaml'}]\ntransformers: ['{files}/prefix.yaml']\n",
      "a.yaml": configMap("a"),
    },
  },
  {
    claim: "a file above its folder inside the repository",
    files: { "kustomization.yaml": "resources: ['{git}/base.git//above']\n" },
    fails: true,
  },
  {
    claim: "a kustomization that is a link to another folder's",
    files: { "kustomization.yaml": "resources: ['{git}/base.git//link']\n" },
    fails: true,
  },
  { claim: "a base that leaves its repository", files: { "kustomization.yaml": "resources: ['{git}/base.git//out']\n" }, fails: true },
  {
    claim: "a folder that leaves its repository by its URL",
    files: { "kustomization.yaml": "resources: ['{git}/base.git//../x']\n" },
    fails: true,
  },
  {
    claim: "a file above its folder inside the repository, although files here may lie anywhere,",
    files: {
      "in/kustomization.yaml": "resources: [../own.yaml]\n",
      "kustomization.yaml": "resources: [in, '{git}/base.git//above']\n",
      "own.yaml": configMap("own"),
    },
    flags: ["--load-restrictor", "LoadRestrictionsNone"],
    fails: true,
  },
  {
    claim: "a file above its folder here",
    files: {
      "in/kustomization.yaml": "resources: [../own.yaml]\n",
      "kustomization.yaml": "resources: [in, '{git}/base.git']\n",
      "own.yaml": configMap("own"),
    },
    flags: ["--load-restrictor", "LoadRestrictionsNone"],
  },
  {
    claim: "a tag of a repository that names its newest commit",
    files: { "kustomization.yaml": "resources: ['{git}/older.git?ref=v1']\n" },
    fails: true,
  },
  {
    claim: "a folder that leaves its repository behind many slashes",
    files: { "kustomization.yaml": "resources: ['{git}/base.git////deep/../..']\n" },
    fails: true,
  },
  { claim: "a folder that is not there", files: { "kustomization.yaml": "resources: ['{git}/base.git//no']\n" }, fails: true },
  { claim: "a folder that is a file", files: { "kustomization.yaml": "resources: ['{git}/base.git//top.yaml']\n" }, fails: true },
  { claim: "a ref that is not there", files: { "kustomization.yaml": "resources: ['{git}/base.git?ref=no']\n" }, fails: true },
  { claim: "a repository that is not there", files: { "kustomization.yaml": "resources: ['{git}/no.git']\n" }, fails: true },
  { claim: "repositories that name each other", files: { "kustomization.yaml": "resources: ['{git}/ring.git']\n" }, fails: true },
  { claim: "a file that is not there", files: { "kustomization.yaml": "resources: ['{files}/no.yaml']\n" }, fails: true },
  { claim: "a page in place of a file", files: { "kustomization.yaml": "resources: ['{files}/page.yaml']\n" }, fails: true },
  { claim: "a component by the URL of a file", files: { "kustomization.yaml": "components: ['{files}/a.yaml']\n" }, fails: true },
];

const served: Readonly<Record<string, string>> = {
  "/a.yaml": configMap("by-url"),
  "/dir/b.yaml": configMap("by-longer-url"),
  "/plain.txt": "some text\n",
  "/some.env": "A=1\nB=2\n",
  "/patch.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {patched: 'yes'}\n",
  "/configuration.yaml": "namePrefix: [{path: data/a}]\n",
  "/replacement.yaml":
    "source: {kind: ConfigMap, name: a}\ntargets: [{select: {kind: ConfigMap, name: a}, fieldPaths: [data.b], options: {create: true}}]\n",
  "/prefix.yaml": "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: plug-\nfieldSpecs: [{path: metadata/name}]\n",
  "/page.yaml": "<!DOCTYPE html><html><body>: no {manifest</body></html>\n",
};

describe("remote content is built as by the original", { skip }, () => {
  let git: GitServer;
  let files: Server;
  let commit = "";
  let filesUrl = "";

  before(async () => {
    git = await startGitServer({ config: { "uploadpack.allowAnySHA1InWant": "true" } });
    files = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/moved.yaml") response.writeHead(302, { Location: "/a.yaml" }).end();
      else if (served[path] === undefined) response.writeHead(404).end("no\n");
      else response.end(served[path]);
    });
    await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
    filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    commit = (await git.createRepository("base", repositories["base"])).commit;
    await git.git("base", "tag", "v1");
    await git.commit("base", { "top.yaml": configMap("newer"), "deep/two/cm.yaml": configMap("newer-two") });
    await git.commit("base", { "deep/two/cm.yaml": configMap("on-a-branch") }, "change", "feature");
    await git.createRepository("nested", { "kustomization.yaml": `resources: ['${git.url}/base.git//deep/one']\nnamePrefix: nested-\n` });
    await git.createRepository("older", { "kustomization.yaml": `resources: ['${git.url}/older.git']\n` });
    await git.git("older", "tag", "v1");
    await git.commit("older", { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": configMap("newest") });
    await git.createRepository("ring", { "kustomization.yaml": `resources: ['${git.url}/ring2.git']\n` });
    await git.createRepository("ring2", { "kustomization.yaml": `resources: ['${git.url}/ring.git']\n` });
  });
  after(async () => {
    files.closeAllConnections();
    files.close();
    await git.close();
  });

  for (const [index, { claim, files: written, fails, flags = [] }] of rows.entries()) {
    test(`${claim}${fails === true ? " is refused" : ""}`, async () => {
      const folder = join(work, String(index));
      const filled = (text: string) => text.replaceAll("{git}", git.url).replaceAll("{files}", filesUrl).replaceAll("{commit}", commit);
      await writeFiles(folder, Object.fromEntries(Object.entries(written).map(([path, text]) => [path, filled(String(text))])));
      const options = buildOptions({
        remote: remoteContent(),
        allowedRemotes: allowed(git.url, filesUrl),
        ...(flags.length > 0 && { loadRestrictor: "LoadRestrictionsNone" }),
      });
      const original = await originalBuild(oracle ?? "", folder, ...flags);
      const ours = builtText(diskTree(folder), "", options);
      if (fails === true) {
        assert.equal(original.text, undefined);
        await assert.rejects(ours, (error) => error instanceof GitOpsError);
        return;
      }
      assert.notEqual(original.text, undefined, original.says);
      assert.equal(await ours, original.text);
    });
  }
});

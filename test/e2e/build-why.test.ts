import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gitops, newHome } from "../support/cli.ts";
import { gitIn, startGitServer, writeFiles, type Files } from "../support/git-server.ts";

const FILES: Files = {
  "base/kustomization.yaml": "resources: [all.yaml]\n",
  "base/all.yaml": `apiVersion: v1
kind: Secret
metadata: {name: login}
stringData:
  user: shop
  password: hunter2
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  paused: true
`,
  "plain/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n",
  "prod/kustomization.yaml": `resources: [../base]
namespace: shop
namePrefix: prod-
patches:
- path: web.yaml
`,
  "prod/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  # more in production
  replicas: 5
`,
};

const home = newHome();
const work = join(home, "work");
await writeFiles(work, FILES);
await gitIn(work, "init", "--quiet");
const server = await startGitServer();
after(() => server.close());
const repository = await server.createRepository("why", FILES);

const why = (query: string, ...args: readonly string[]) => gitops(["build", join(work, "prod"), "--why", query, ...args], { home });

describe("build --why", () => {
  test("a field that a patch set is answered with the line of the patch", async () => {
    const { code, stdout } = await why("deployment/prod-web:/spec/replicas");
    assert.equal(code, 0);
    assert.match(stdout, /^deployment\.apps\/prod-web in namespace shop \/spec\/replicas: prod\/web\.yaml:7:3\n/);
    assert.match(
      stdout,
      /\nBY +PLACE +FIELDS\nresources\[0\] +base\/all\.yaml:8 +\(all\)\npatches\[0\] +prod\/web\.yaml:1 +\/spec\/replicas\n$/,
    );
  });

  test("a field that nothing touched is answered with its line in the manifest", async () => {
    const { stdout } = await why("Deployment/prod-web:/spec/paused");
    assert.match(stdout, /: base\/all\.yaml:13:3\n/);
  });

  test("a whole object is answered with its manifest and all that touched it", async () => {
    const { stdout } = await why("Deployment/prod-web");
    assert.match(stdout, /: base\/all\.yaml:8:1\n[\s\S]*patches\[0\][\s\S]*namespace +prod\/kustomization\.yaml:2[\s\S]*namePrefix/);
  });

  test("from a commit the answer is the same, as a document with -o json", async () => {
    const args = [
      "build",
      "--repo",
      repository.url,
      "--ref",
      "main",
      "--path",
      "prod",
      "--why",
      "Deployment/prod-web:/spec/replicas",
      "-o",
      "json",
    ];
    const { stdout } = await gitops(args, { home });
    const { kind, field, objects } = JSON.parse(stdout) as { kind: string; field: string; objects: Record<string, unknown>[] };
    assert.deepEqual([kind, field, objects.length], ["Explanation", "/spec/replicas", 1]);
    assert.deepEqual(objects[0]?.["place"], { file: "prod/web.yaml", line: 7, column: 3 });
    assert.deepEqual(objects[0]?.["origin"], { file: "base/all.yaml", line: 8 });
    const touched = (objects[0]?.["touched"] ?? []) as readonly { readonly by: string }[];
    assert.deepEqual(
      touched.map(({ by }) => by),
      ["resources[0]", "patches[0]"],
    );
  });

  test("no value of a Secret is in any answer", async () => {
    for (const output of [[], ["-o", "json"], ["-o", "yaml"]]) {
      const { code, stdout, stderr } = await why("Secret/prod-login:/stringData/password", ...output);
      assert.equal(code, 0);
      assert.match(stdout, /all\.yaml/);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    }
  });

  test("plain YAML answers with its file", async () => {
    const { stdout } = await gitops(["build", join(work, "plain"), "--why", "ConfigMap/settings:/data/level"], { home });
    assert.match(stdout, /: plain\/settings\.yaml:4:8\n/);
  });

  for (const [name, code, says, query, args] of [
    ["an object that the build has not", 12, /no Deployment\/web[\s\S]*hint: .*Deployment\/prod-web/, "Deployment/web", []],
    ["a field that the object has not", 12, /prod-web has no field \/spec\/none/, "Deployment/prod-web:/spec/none", []],
    ["a question about nothing", 2, /names no object/, "web", []],
  ] as const) {
    test(`${name} is exit ${code}`, async () => {
      const result = await why(query, ...args);
      assert.equal(result.code, code, result.stderr);
      assert.equal(result.stdout, "");
      assert.match(result.stderr, says);
    });
  }

  test("a document of the manifests is not promised: -o without --why is a wrong call", async () => {
    assert.equal((await gitops(["build", join(work, "prod"), "-o", "json"], { home })).code, 2);
  });
});

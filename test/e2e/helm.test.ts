import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { helmProgram } from "../support/build-helm.mjs";
import { WEB_CHART } from "../support/charts.ts";
import { startChartServer } from "../support/chart-server.ts";
import { gitops, newHome, type CommandOptions, type CommandResult } from "../support/cli.ts";
import { gitIn, writeFiles, type Files } from "../support/git-server.ts";

const helm = helmProgram((line) => process.stderr.write(`${line}\n`));
const skip = helm === undefined ? "not here: Go, to build helm with" : false;
const ENABLED = ["--enable-helm", "--helm-command", helm ?? ""];

/** Builds the folder `app` of a repository. */
async function build(files: Files, args: readonly string[], options: CommandOptions = {}, folder = "app"): Promise<CommandResult> {
  const home = newHome();
  const top = join(home, "repository");
  await mkdir(top);
  await gitIn(top, "init", "--quiet");
  await writeFiles(top, files);
  return gitops(["build", join(top, folder), ...args], { home, cwd: home, ...options });
}

const chart = below("app", WEB_CHART);

function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

test("a folder that is a chart needs --enable-helm: exit 6, and the flag is named", async () => {
  const refused = await build(chart, []);
  assert.equal(refused.code, 6);
  assert.match(refused.stderr, /app\/Chart\.yaml: the folder is a Helm chart, and helm is not enabled\nhint: add --enable-helm/);
  const charts = await build({ "app/kustomization.yaml": "helmCharts: [{name: web}]\n", ...below("app/charts/web", WEB_CHART) }, []);
  assert.equal(charts.code, 6);
  assert.match(charts.stderr, /add --enable-helm/);
});

test("without the program: exit 12, and how to name another", async () => {
  const missing = await build(chart, ["--enable-helm", "--helm-command", "no-such-helm", "-n", "prod"]);
  assert.equal(missing.code, 12);
  assert.match(missing.stderr, /the program no-such-helm is needed, and there is none\nhint: .*--helm-command/);
});

describe("a folder that is a chart", { skip }, () => {
  test("is rendered with CRDs and hooks, under the folder's name", async () => {
    const built = await build(chart, ENABLED);
    assert.equal(built.code, 0, built.stderr);
    assert.match(built.stdout, /^kind: CustomResourceDefinition$/m);
    assert.match(built.stdout, /^ {2}name: app-web\n {2}namespace: default$/m);
    assert.match(built.stdout, /helm\.sh\/hook: pre-install/);
  });

  test("takes its release, namespace, values and cluster from flags", async () => {
    const files = { ...chart, "app/v.yaml": "replicas: 7\n", "all/v.yaml": "replicas: 8\nimage: {tag: '3'}\n" };
    const flags = ["-n", "prod", "--helm-release", "shop", "--helm-kube-version", "1.29.0", "--helm-api-versions", "x/v1"];
    const built = await build(files, [...ENABLED, ...flags, "--helm-values", "/all/v.yaml", "--helm-values", "v.yaml"]);
    assert.equal(built.code, 0, built.stderr);
    assert.match(built.stdout, /name: shop-web\n {2}namespace: prod/);
    assert.match(built.stdout, /replicas: 7/);
    assert.match(built.stdout, /image: nginx:3/);
    assert.match(built.stdout, /kube: v1\.29\.0/);
    assert.match(built.stdout, /api: "true"/);
  });

  for (const { claim, value, code } of [
    { claim: "a file of values outside of the repository", value: "../../out.yaml", code: 6 },
    { claim: "a file of values that is not there", value: "no.yaml", code: 12 },
    { claim: "a file of values that is named like a flag", value: "--post-renderer=/bin/true", code: 12 },
    { claim: "a file of values that is a link out of the repository", value: "link.yaml", code: 6 },
  ]) {
    test(`refuses ${claim}: exit ${code}`, async () => {
      const refused = await build({ ...chart, "app/link.yaml": { link: "/etc/hosts" } }, [...ENABLED, `--helm-values=${value}`]);
      assert.equal(refused.code, code, refused.stderr);
      assert.equal(refused.stdout, "");
    });
  }

  test("refuses a release that is named like a flag, and a folder whose name is none", async () => {
    const flag = await build(chart, [...ENABLED, "--helm-release=--post-renderer=/bin/true"]);
    assert.equal(flag.code, 11, flag.stderr);
    const folder = await build(below("App_1", WEB_CHART), ENABLED, {}, "App_1");
    assert.equal(folder.code, 11);
    assert.match(folder.stderr, /--helm-release/);
  });

  test("says which template gave an object that is none", async () => {
    const broken = await build({ ...chart, "app/templates/x.yaml": "kind: X\nmetadata: {name: x}\n" }, ENABLED);
    assert.equal(broken.code, 11);
    assert.match(broken.stderr, /Chart\.yaml|templates\/x\.yaml/);
    const failing = await build({ ...chart, "app/values.yaml": "fail: true\n" }, ENABLED);
    assert.equal(failing.code, 11);
    assert.match(failing.stderr, /told to fail/);
  });

  test("that lies in a link out of the repository is refused", async () => {
    const refused = await build({ ...chart, "app/templates/passwd.yaml": { link: "/etc/passwd" } }, ENABLED);
    assert.equal(refused.code, 6);
    assert.doesNotMatch(refused.stdout + refused.stderr, /root:/);
  });

  test("gets its dependencies: from the folder beside it, and from an allowed repository of charts", async () => {
    const server = await startChartServer(helm ?? "", WEB_CHART, ["1.0.0"]);
    after(() => server.close());
    const umbrella = (repository: string): Files => ({
      "app/Chart.yaml": `apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies: [{name: web, version: '>=0', repository: '${repository}'}]\n`,
      ...below("lib/web", WEB_CHART),
    });
    const beside = await build(umbrella("file://../lib/web"), ENABLED);
    assert.equal(beside.code, 0, beside.stderr);
    assert.match(beside.stdout, /version: 1\.2\.3/);
    const outside = await build(umbrella("file://../../out"), ENABLED);
    assert.equal(outside.code, 6, outside.stderr);
    const refused = await build(umbrella(server.url), ENABLED);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /the dependency 'web' is remote.*\nhint: add --allow-remote http:\/\/127/);
    const fetched = await build(umbrella(server.url), [...ENABLED, "--allow-remote", server.url]);
    assert.equal(fetched.code, 0, fetched.stderr);
    assert.match(fetched.stdout, /version: 1\.0\.0/);
  });
});

describe("what a chart depends on", { skip }, () => {
  const umbrella = "apiVersion: v2\nname: umbrella\nversion: 1.0.0\n";
  const web = { name: "web", version: "1.2.3" };

  /** A lock file as helm accepts it: anybody can compute its digest. */
  function lockFile(declared: string, repository: string): string {
    const pair = [[{ ...web, repository: declared }], [{ ...web, repository }]];
    const digest = createHash("sha256").update(JSON.stringify(pair)).digest("hex");
    return JSON.stringify({ dependencies: pair[1], digest: `sha256:${digest}`, generated: "2024-01-01T00:00:00Z" });
  }

  /** A chart that would be read from outside of the repository. */
  async function outsideChart(): Promise<string> {
    const folder = join(newHome(), "web");
    await writeFiles(folder, { ...WEB_CHART, "templates/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: outside}\n" });
    return `file://${folder}`;
  }

  const declared = `${umbrella}dependencies: [{name: web, version: 1.2.3, repository: 'file://../lib/web'}]\n`;

  test("may be locked to where the chart says", async () => {
    const lock = lockFile("file://../lib/web", "file://../lib/web");
    const built = await build({ "app/Chart.yaml": declared, "app/Chart.lock": lock, ...below("lib/web", WEB_CHART) }, ENABLED);
    assert.equal(built.code, 0, built.stderr);
  });

  for (const file of ["Chart.lock", "requirements.lock"]) {
    test(`is not read from elsewhere because ${file} says so`, async () => {
      for (const repository of [await outsideChart(), "oci://127.0.0.1:1/charts"]) {
        const lock = lockFile("file://../lib/web", repository);
        const refused = await build({ "app/Chart.yaml": declared, [`app/${file}`]: lock, ...below("lib/web", WEB_CHART) }, ENABLED);
        assert.equal(refused.code, 11, refused.stderr);
        assert.equal(refused.stdout, "");
        assert.match(
          refused.stderr,
          new RegExp(`app/${file}: the dependency 'web' is locked to a repository that the chart does not name`),
        );
      }
    });
  }

  test("is not read from elsewhere because helm knows another spelling of a field", async () => {
    const outside = await outsideChart();
    for (const text of [
      `${umbrella}dependencies: [{name: web, version: 1.2.3, repository: 'file://../lib/web', repo\u017fitory: '${outside}'}]\n`,
      `${declared}dependencie\u017f: [{name: web, version: 1.2.3, repository: '${outside}'}]\n`,
    ]) {
      const refused = await build({ "app/Chart.yaml": text, ...below("lib/web", WEB_CHART) }, ENABLED);
      assert.equal(refused.code, 11, refused.stderr);
      assert.equal(refused.stdout, "");
      assert.match(refused.stderr, /is no field of a chart's\nhint: write (?:repository|dependencies)/);
    }
  });
});

describe("charts in a kustomization", { skip }, () => {
  test("that are pulled need their host allowed", async () => {
    const files = { "app/kustomization.yaml": "helmCharts: [{name: web, repo: 'https://charts.example', releaseName: a}]\n" };
    const refused = await build(files, ENABLED);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /add --allow-remote charts\.example /);
  });

  test("cannot bring plugins: configHome is not used, and that is said", async () => {
    const files = {
      "app/kustomization.yaml": "helmGlobals: {configHome: ../evil}\nhelmCharts: [{name: web, releaseName: a}]\n",
      ...below("app/charts/web", WEB_CHART),
    };
    const built = await build(files, ENABLED);
    assert.equal(built.code, 0, built.stderr);
    assert.match(built.stderr, /configHome is not used/);
  });
});

test("Ctrl-C ends a helm that hangs", async () => {
  const home = newHome();
  const hanging = join(home, "helm");
  // It tells its parent, which is gitops, what a terminal would when somebody presses Ctrl-C.
  await writeFile(hanging, `#!/bin/sh\nif [ "$1" = version ]; then echo v3.0.0; exit 0; fi\nkill -INT $PPID\nexec sleep 600\n`);
  await chmod(hanging, 0o755);
  await writeFiles(home, below("shop", WEB_CHART));
  const ended = await gitops(["build", join(home, "shop"), "--enable-helm", "--helm-command", hanging], { home });
  assert.equal(ended.code, 130, ended.stderr);
});

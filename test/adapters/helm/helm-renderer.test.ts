import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createHelmRenderer } from "../../../src/adapters/helm/helm-renderer.ts";
import { PLAIN_RELEASE } from "../../../src/engine/build/charts/render-chart.ts";
import { GitOpsError, type ChartLimits, type ChartRelease } from "../../../src/engine/index.ts";
import { helmProgram } from "../../support/build-helm.mjs";
import { startChartServer } from "../../support/chart-server.ts";
import { WEB_CHART } from "../../support/charts.ts";

const helm = helmProgram((line) => process.stderr.write(`${line}\n`));
const skip = helm === undefined ? "not here: Go, to build helm with" : false;
const folder = mkdtempSync(join(tmpdir(), "helm-renderer-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function limits(changes: Partial<ChartLimits> = {}): ChartLimits {
  return { maximumBytes: 1 << 20, milliseconds: 60_000, signal: new AbortController().signal, ...changes };
}

function release(files: Readonly<Record<string, string>>, changes: Partial<ChartRelease> = {}): ChartRelease {
  const bytes = Object.entries(files).map(([path, text]): [string, Uint8Array] => [`chart/${path}`, Buffer.from(text)]);
  return { ...PLAIN_RELEASE, files: new Map(bytes), chart: "chart", releaseName: "rel", ...changes };
}

const small = (template: string): Readonly<Record<string, string>> => ({
  "Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\n",
  "templates/a.yaml": template,
});

/** A program in the place of helm: it answers the question for its version, and does something bad else. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = version ]; then echo v3.99.0; exit 0; fi\n${script}\n`, { mode: 0o755 });
  return path;
}

function renderer(command: string, environment: NodeJS.ProcessEnv = process.env) {
  return createHelmRenderer({ command, environment });
}

/** Whether a process runs; one that ended and waits to be looked after by its parent does not. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("gitops-helm-"));
}

describe("the helm program", { skip }, () => {
  test("is given an environment of its own: no secret of the caller's reaches a template, a plugin or a cluster", async () => {
    const environment = { ...process.env, GITOPS_GIT_TOKEN: "canary", HELM_PLUGINS: "/plugins", KUBECONFIG: "/kubeconfig" };
    const log = join(folder, "environment");
    const spy = program("spy", `env > ${log}; echo "args: $*" >> ${log}`);
    await renderer(spy, environment).render(release(small("")), limits());
    const text = readFileSync(log, "utf8");
    assert.doesNotMatch(text, /canary|HELM_PLUGINS=\/plugins$|KUBECONFIG=\/kubeconfig/m);
    assert.match(text, /^HELM_NO_PLUGINS=1$/m);
    assert.match(text, /^args: template -- rel \.\/tree\/chart$/m);
    const named = await renderer(helm ?? "", environment).render(
      release(small("kind: {{ .Release.Name }}"), { releaseName: "", nameTemplate: "x{{ env `GITOPS_GIT_TOKEN` }}" }),
      limits(),
    );
    assert.match(named, /kind: x$/m);
  });

  test("takes everything that a repository says as a value: nothing of it becomes a flag", async () => {
    const canary = join(folder, "canary");
    const post = `--post-renderer=${program("post", `touch ${canary}`)}`;
    const hostile = release(small("kind: {{ .Release.Name }}"), {
      releaseName: post,
      namespace: post,
      nameTemplate: "",
      kubeVersion: "1.30.0",
      apiVersions: [post],
    });
    await assert.rejects(renderer(helm ?? "").render(hostile, limits()), { code: "BUILD_FAILED" });
    await assert.rejects(renderer(helm ?? "").render({ ...hostile, releaseName: "rel", kubeVersion: post }, limits()), {
      code: "BUILD_FAILED",
    });
    assert.ok(!existsSync(canary));
  });

  test("reads the files of the chart and nothing beside it", async () => {
    const text = await renderer(helm ?? "").render(
      release({ ...small('a: {{ .Files.Get "../../etc/passwd" | quote }}\nb: {{ .Files.Get "own.txt" | quote }}'), "own.txt": "own" }),
      limits(),
    );
    assert.match(text, /a: ""\nb: "own"/);
  });

  test("gets no file that would lie outside of its folder", async () => {
    const escaping = { ...release({}), files: new Map([["../../out", Buffer.from("x")]]) };
    await assert.rejects(renderer(helm ?? "").render(escaping, limits()), { code: "PATH_ESCAPES_REPOSITORY" });
  });

  test("that says why a chart cannot be rendered is quoted in one line, without the folder that it ran in", async () => {
    const failing = renderer(helm ?? "").render(release(small('{{ fail "told so" }}')), limits());
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof GitOpsError);
      assert.equal(error.code, "BUILD_FAILED");
      assert.match(error.message, /small\/templates\/a\.yaml.*told so/);
      assert.doesNotMatch(error.message, /\n|gitops-helm-/);
      return true;
    });
  });

  test("pulls a chart of a version, and says when there is no such", async () => {
    const server = await startChartServer(helm ?? "", WEB_CHART, ["1.0.0", "1.1.0"]);
    try {
      const asked = { name: "web", repository: server.url, version: "1.0.0", isDevelopment: false };
      const files = await renderer(helm ?? "").pull(asked, limits());
      assert.match(Buffer.from(files.get("Chart.yaml") ?? []).toString(), /^version: 1\.0\.0$/m);
      assert.ok(files.has("templates/tests/test.yaml"));
      await assert.rejects(renderer(helm ?? "").pull({ ...asked, version: "9.0.0" }, limits()), { code: "REPOSITORY_NOT_FOUND" });
      await assert.rejects(renderer(helm ?? "").pull({ ...asked, repository: `${server.url}/no` }, limits()), {
        code: "REPOSITORY_NOT_FOUND",
      });
      await assert.rejects(renderer(helm ?? "").pull(asked, limits({ maximumBytes: 10 })), { code: "LIMIT_EXCEEDED" });
    } finally {
      await server.close();
    }
    const gone = { name: "web", repository: server.url, version: "", isDevelopment: false };
    await assert.rejects(renderer(helm ?? "").pull(gone, limits()), { code: "SOURCE_UNREACHABLE" });
  });
});

test("a program that is not there is HELM_MISSING, with what to do", async () => {
  await assert.rejects(renderer("no-such-helm").render(release(small("")), limits()), {
    code: "HELM_MISSING",
    message: "the program no-such-helm is needed, and there is none",
    hint: /--helm-command/,
  });
});

test("a program that is no helm, or an old one, is HELM_MISSING", async () => {
  const old = join(folder, "old");
  writeFileSync(old, "#!/bin/sh\necho v2.17.0\n", { mode: 0o755 });
  await assert.rejects(renderer(old).render(release(small("")), limits()), { code: "HELM_MISSING", message: /it is version v2\.17\.0/ });
  await assert.rejects(renderer("true").render(release(small("")), limits()), { code: "HELM_MISSING" });
});

test("a helm that writes without end is stopped at the limit", async () => {
  await assert.rejects(renderer(program("yes", "exec yes")).render(release(small("")), limits()), { code: "LIMIT_EXCEEDED" });
});

test("a helm that hangs is stopped when its time is up, with all that it started", async () => {
  const pids = join(folder, "pids");
  const hanging = program("hanging", `sleep 600 & echo $! > ${pids}; wait`);
  await assert.rejects(renderer(hanging).render(release(small("")), limits({ milliseconds: 1_000 })), { code: "LIMIT_EXCEEDED" });
  assert.ok(!isRunning(Number(readFileSync(pids, "utf8"))));
});

test("a helm that ends and leaves something behind that keeps its output open is stopped too", async () => {
  const leaving = program("leaving", "sleep 600 & exit 0");
  await assert.rejects(renderer(leaving).render(release(small("")), limits({ milliseconds: 1_000 })), { code: "LIMIT_EXCEEDED" });
});

test("cancelling ends a helm that runs, and leaves nothing behind", async () => {
  const before = leftovers();
  const controller = new AbortController();
  const started = join(folder, "started");
  const hanging = program("hanging-too", `touch ${started}; exec sleep 600`);
  const rendering = renderer(hanging).render(release(small("")), limits({ signal: controller.signal }));
  const watching = setInterval(() => existsSync(started) && controller.abort(new Error("stop")), 10);
  await assert.rejects(rendering, /stop/);
  clearInterval(watching);
  assert.deepEqual(
    leftovers().filter((name) => !before.includes(name)),
    [],
  );
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { EngineEvent } from "../../../src/engine/model/event.ts";
import { gitIn, startGitServer } from "../../support/git-server.ts";
import { newFetcher, newFolder, quietOptions } from "./fetching.ts";

const SECRET = "s3cr3t-c4n4ry";
let stall: (() => void) | undefined;
const server = await startGitServer({
  auth: { username: "git", password: SECRET },
  intercept: (request) => stall !== undefined && request.method === "POST" && (stall(), true),
});
const { url, commit } = await server.createRepository("private", { "app/web.yaml": "replicas: 1\n" });
after(() => server.close());
const source = (from: string) => ({ type: "git", url: from, ref: { type: "default" }, path: "app" }) as const;

describe("a server that wants credentials", () => {
  test("is warned about where it travels unencrypted, wherever it came from, and only then", async () => {
    const warningsOf = async (environment: NodeJS.ProcessEnv): Promise<readonly string[]> => {
      const events: EngineEvent[] = [];
      const fetcher = await newFetcher({ environment });
      await fetcher.fetch(source(url), quietOptions(events)).catch(() => undefined);
      return events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    };
    assert.deepEqual(await warningsOf({ GITOPS_GIT_TOKEN: SECRET }), [`the credentials are sent unencrypted to ${new URL(url).origin}`]);
    assert.deepEqual(await warningsOf({}), []);
  });

  test("gets the token of GITOPS_GIT_TOKEN, for the refs and for file contents", async () => {
    const fetcher = await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } });

    const { tree, revision } = await fetcher.fetch(source(url), quietOptions());

    assert.equal(revision, `main@sha1:${commit}`);
    assert.equal(Buffer.from(await tree.read("app/web.yaml")).toString(), "replicas: 1\n");
  });

  test("gets the credentials of a URL, which is warned about and recorded without them", async () => {
    const events: EngineEvent[] = [];
    const fetcher = await newFetcher();

    const artifact = await fetcher.fetch(source(url.replace("://", `://git:${SECRET}@`)), quietOptions(events));
    await artifact.tree.read("app/web.yaml");

    assert.deepEqual(artifact.source, source(url));
    assert.ok(events.some((event) => event.type === "warning"));
    assert.doesNotMatch(JSON.stringify(events), new RegExp(SECRET));
  });

  test("gets the header that a CI system left in the clone, and nothing else of that clone's configuration", async () => {
    const clone = newFolder("clone");
    const canary = join(newFolder("canary"), "ran");
    await gitIn(clone, "init", "--quiet");
    await gitIn(
      clone,
      "config",
      `http.${new URL(url).origin}/.extraheader`,
      `AUTHORIZATION: basic ${Buffer.from(`git:${SECRET}`).toString("base64")}`,
    );
    for (const key of [
      "core.fsmonitor",
      "core.sshCommand",
      "core.askPass",
      "credential.helper",
      "core.gitProxy",
      "uploadpack.packObjectsHook",
    ]) {
      await gitIn(clone, "config", key, key === "credential.helper" ? `!touch ${canary}` : `touch ${canary}`);
    }
    const fetcher = await newFetcher({ workingDirectory: clone });

    assert.equal((await fetcher.fetch(source(url), quietOptions())).revision, `main@sha1:${commit}`);
    assert.deepEqual(await readdir(join(canary, "..")), []);
  });

  test("gets a Bearer header too", async () => {
    let seen: string | undefined;
    const bearer = createServer((request, response) => {
      seen = request.headers.authorization;
      response.writeHead(403).end();
    }).listen(0, "127.0.0.1");
    await once(bearer, "listening");
    const origin = `http://127.0.0.1:${(bearer.address() as AddressInfo).port}`;
    const clone = newFolder("clone");
    await gitIn(clone, "init", "--quiet");
    await gitIn(clone, "config", `http.${origin}/.extraheader`, `AUTHORIZATION: bearer ${SECRET}`);
    try {
      await assert.rejects((await newFetcher({ workingDirectory: clone })).fetch(source(`${origin}/a.git`), quietOptions()), {
        code: "UNAUTHENTICATED",
      });
      assert.equal(seen, `bearer ${SECRET}`);
    } finally {
      bearer.close();
    }
  });

  for (const [what, environment] of Object.entries({
    "no credentials": {},
    "a wrong token": { GITOPS_GIT_TOKEN: "wrong-canary" },
    "a CI token for another host": { GITHUB_TOKEN: SECRET, GITHUB_SERVER_URL: "https://github.com" },
  })) {
    test(`refuses ${what}: UNAUTHENTICATED, at once and without the token in the error`, async () => {
      const events: EngineEvent[] = [];

      await assert.rejects((await newFetcher({ environment })).fetch(source(url), quietOptions(events)), (error: GitOpsError) => {
        assert.equal(error.code, "UNAUTHENTICATED");
        assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)} ${String(error.cause)}`, /canary|c4n4ry/);
        return true;
      });
      assert.deepEqual(
        events.map(({ type }) => type).filter((type) => type !== "warning"),
        ["source.fetching"],
      );
    });
  }

  test("says REPOSITORY_NOT_FOUND for one that it does not have", async () => {
    const fetcher = await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } });

    await assert.rejects(fetcher.fetch(source(`${server.url}/nothing.git`), quietOptions()), { code: "REPOSITORY_NOT_FOUND" });
  });
});

test("no secret stands in the arguments of any process, nor in any file, while git talks; and a cancelled run leaves no process", async (t) => {
  if (process.platform !== "linux") return t.skip("not here: /proc, from which process arguments are read");
  const cache = newFolder("cache");
  const fetcher = await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } }, cache);
  const controller = new AbortController();
  const asked = new Promise<void>((resolve) => (stall = resolve));
  const run = fetcher.fetch(source(url), { signal: controller.signal, emit: () => {} });
  await asked;
  const during = await commandLines();
  assert.ok(
    during.some((line) => line.includes("remote-http") && line.includes(new URL(url).host)),
    "git is seen at work",
  );
  assert.deepEqual(
    during.filter((line) => line.includes(SECRET)),
    [],
  );
  for (const file of await readdir(cache, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) assert.ok(!(await readFile(join(file.parentPath, file.name))).includes(SECRET), file.name);
  }
  stall = undefined;
  controller.abort(new Error("the user pressed Ctrl-C"));

  await assert.rejects(run, { message: "the user pressed Ctrl-C" });
  let left = await commandLines();
  for (let tries = 0; tries < 100 && left.some(isOurs); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = await commandLines();
  }
  assert.deepEqual(left.filter(isOurs), []);
  assert.deepEqual(
    (await readdir(join(cache, "gitops", "git"))).filter((name) => name.startsWith("session")),
    [],
  );

  function isOurs(line: string): boolean {
    return line.includes("remote-http") && line.includes(new URL(url).host);
  }
});

test("a redirect to another server is REDIRECT_REFUSED and that server sees no request at all", async () => {
  const seen: string[] = [];
  const thief = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(401, { "WWW-Authenticate": 'Basic realm="thief"' }).end();
  }).listen(0, "127.0.0.1");
  await once(thief, "listening");
  const redirecting = createServer((request, response) =>
    response.writeHead(302, { Location: `http://127.0.0.1:${(thief.address() as AddressInfo).port}${request.url}` }).end(),
  ).listen(0, "127.0.0.1");
  await once(redirecting, "listening");
  try {
    const from = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/a.git`;
    await assert.rejects((await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } })).fetch(source(from), quietOptions()), {
      code: "REDIRECT_REFUSED",
    });
    assert.deepEqual(seen, []);
  } finally {
    thief.close();
    redirecting.close();
  }
});

test("what the caller's environment says to git is not passed on", async () => {
  const canary = join(newFolder("canary"), "ran");
  const evil = {
    GIT_DIR: "/nonexistent",
    GIT_SSH_COMMAND: `touch ${canary}`,
    GIT_ASKPASS: `touch ${canary}`,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: `touch ${canary}`,
    GIT_EXTERNAL_DIFF: `touch ${canary}`,
    GIT_TRACE: canary,
    GIT_TRACE_CURL: canary,
    NODE_OPTIONS: "--bad",
  };
  const fetcher = await newFetcher({ environment: { ...evil, GITOPS_GIT_TOKEN: SECRET } });

  const { tree } = await fetcher.fetch(source(url), quietOptions());
  await tree.read("app/web.yaml");

  assert.deepEqual(await readdir(join(canary, "..")), []);
});

describe("a server that does not do its work", () => {
  test("that nobody answers is SOURCE_UNREACHABLE, after two more tries that are told", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const events: EngineEvent[] = [];

    await assert.rejects((await newFetcher()).fetch(source(`http://127.0.0.1:${port}/a.git`), quietOptions(events)), {
      code: "SOURCE_UNREACHABLE",
    });
    assert.deepEqual(
      events.map(({ type }) => type),
      ["source.fetching", "request.retried", "request.retried"],
    );
  });

  test("that never ends an answer is TIMED_OUT at the deadline", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    try {
      const fetcher = await newFetcher({ deadlineMs: 300 });
      await assert.rejects(fetcher.fetch(source(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/a.git`), quietOptions()), {
        code: "TIMED_OUT",
      });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  const nonsense: Readonly<Record<string, string>> = {
    "web pages": "<html>hello</html>",
    "a cut-off packet": "001e# service=git-upload-pack\n0000ffff",
    "an empty answer": "",
    "a bogus list of refs": "001e# service=git-upload-pack\n0000000eversion 2\n0000",
  };
  for (const [what, body] of Object.entries(nonsense)) {
    test(`that sends ${what} is an error of the source, never a crash or an empty tree`, async () => {
      const odd = createServer((_, response) =>
        response.writeHead(200, { "Content-Type": "application/x-git-upload-pack-advertisement" }).end(body),
      ).listen(0, "127.0.0.1");
      await once(odd, "listening");
      try {
        await assert.rejects(
          (await newFetcher()).fetch(source(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/a.git`), quietOptions()),
          (error: GitOpsError) => ["SOURCE_UNREACHABLE", "REVISION_NOT_FOUND", "REPOSITORY_NOT_FOUND"].includes(error.code),
        );
      } finally {
        odd.close();
      }
    });
  }

  test("that answers 500 now and then is asked again", async () => {
    let failures = 2;
    const flaky = await startGitServer({
      intercept: (_, response) => {
        if (failures-- <= 0) return false;
        response.writeHead(500).end();
        return true;
      },
    });
    try {
      const repository = await flaky.createRepository("flaky", { "app/web.yaml": "1" });
      assert.equal((await (await newFetcher()).fetch(source(repository.url), quietOptions())).revision, `main@sha1:${repository.commit}`);
    } finally {
      await flaky.close();
    }
  });

  test("that only serves files (the dumb protocol) is fetched whole", async () => {
    const whole = await startGitServer({
      intercept: (request, response) => {
        const path = join(whole.root, decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
        readFile(path).then(
          (bytes) => response.writeHead(200).end(bytes),
          () => response.writeHead(404).end(),
        );
        return true;
      },
    });
    try {
      const repository = await whole.createRepository("dumb", { "app/web.yaml": "dumb" });
      await whole.git("dumb", "update-server-info");
      const { tree, revision } = await (
        await newFetcher()
      ).fetch({ ...source(repository.url), ref: { type: "branch", name: "main" } }, quietOptions());
      assert.equal(revision, `main@sha1:${repository.commit}`);
      assert.equal(Buffer.from(await tree.read("app/web.yaml")).toString(), "dumb");
    } finally {
      await whole.close();
    }
  });
});

async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Artifact } from "../../../src/engine/model/artifact.ts";
import type { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { GitRef } from "../../../src/engine/model/source.ts";
import type { SourceAccess } from "../../../src/engine/ports/source-fetcher.ts";
import { certificate } from "../../support/certificate.ts";
import { gitIn, startGitServer, writeFiles, type GitServer, type GitServerOptions } from "../../support/git-server.ts";
import { newFetcher, newFolder, quietOptions } from "./fetching.ts";

const PASSWORD = "s3cr3t-c4n4ry";
const servers: GitServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function startServer(options: GitServerOptions = {}): Promise<GitServer> {
  const server = await startGitServer(options);
  servers.push(server);
  return server;
}

/** A Secret's data. */
function secretOf(data: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
}

interface Declared {
  readonly secret?: Readonly<Record<string, string>>;
  readonly ref?: GitRef;
  readonly submodules?: boolean;
  readonly timeoutMs?: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly cache?: string;
  readonly token?: string;
}

async function fetchDeclared(url: string, options: Declared = {}): Promise<Artifact> {
  const {
    secret,
    ref = { type: "branch", name: "main" },
    submodules = false,
    timeoutMs = 60_000,
    environment = {},
    cache,
    token,
  } = options;
  const access: SourceAccess = { secret: secret && secretOf(secret), timeoutMs, submodules };
  const fetcher = await newFetcher({ allowLocal: true, environment, ...(token === undefined ? {} : { token }) }, cache);
  return await fetcher.fetch({ type: "git", url, ref, path: "" }, { ...quietOptions(), access });
}

const own = certificate();
const files = { "app/web.yaml": "replicas: 1\n" };

async function textOf({ tree }: Artifact, path = "app/web.yaml"): Promise<string> {
  return Buffer.from(await tree.read(path)).toString();
}

/** A server that asks for credentials whatever it is sent, and keeps what that was. */
function asking(seen: (string | undefined)[]): NonNullable<GitServerOptions["intercept"]> {
  return (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
    return true;
  };
}

describe("URLs that an object declares", () => {
  const refused: Readonly<Record<string, string>> = {
    "file:///srv/shop.git": "PROTOCOL_FORBIDDEN",
    "/srv/shop.git": "PROTOCOL_FORBIDDEN",
    "./shop": "PROTOCOL_FORBIDDEN",
    "ext::sh -c id": "PROTOCOL_FORBIDDEN",
    "git://git.example/shop": "PROTOCOL_FORBIDDEN",
    "https://git.example": "INVALID_MANIFEST",
    "https://git.example/../shop": "INVALID_MANIFEST",
    "http://user:password@git.example/shop": "PROTOCOL_FORBIDDEN",
  };
  for (const [url, code] of Object.entries(refused)) {
    test(`${url} is ${code}, wherever a person's own may lead`, () => assert.rejects(fetchDeclared(url), { code }));
  }

  for (const id of ["1234567", "not hexadecimal"]) {
    test(`the commit ${id} is no full id: INVALID_MANIFEST`, () =>
      assert.rejects(fetchDeclared("https://git.example/shop", { ref: { type: "commit", id } }), { code: "INVALID_MANIFEST" }));
  }

  for (const key of ["username", "password", "bearerToken", "tls.key"]) {
    test(`http with ${key} in the Secret is PROTOCOL_FORBIDDEN, before anything is sent`, async () => {
      const server = await startServer();
      const { url } = await server.createRepository("shop", files);

      await assert.rejects(fetchDeclared(url, { secret: { [key]: PASSWORD } }), { code: "PROTOCOL_FORBIDDEN" });
      assert.deepEqual(server.requests, []);
    });
  }

  test("http without a Secret is fetched", async () => {
    const server = await startServer();
    const { url, commit } = await server.createRepository("shop", files);

    const artifact = await fetchDeclared(url);

    assert.equal(artifact.revision, `main@sha1:${commit}`);
    assert.equal(await textOf(artifact), "replicas: 1\n");
  });

  test("over http the person's own token stays at home, even where the server asks", async () => {
    const seen: (string | undefined)[] = [];
    const server = await startServer({ intercept: asking(seen) });
    const { url } = await server.createRepository("shop", files);

    const fetched = fetchDeclared(url, { environment: { GITOPS_GIT_TOKEN: PASSWORD }, token: PASSWORD });

    await assert.rejects(fetched, { code: "UNAUTHENTICATED" });
    assert.deepEqual(new Set(seen), new Set([undefined]));
  });
});

describe("credentials in a Secret, over https", () => {
  const refusing = (isAllowed: (header: string | undefined) => boolean): GitServerOptions => ({
    tls: own,
    intercept: (request, response) => {
      if (isAllowed(request.headers.authorization)) return false;
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
      return true;
    },
  });

  test("username and password, with the authority in ca.crt, which goes before caFile", async () => {
    const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
    const { url } = await server.createRepository("shop", files);
    const account = { username: "flux", password: `${PASSWORD}\n` };

    assert.equal(await textOf(await fetchDeclared(url, { secret: { ...account, "ca.crt": own.cert, caFile: "none" } })), "replicas: 1\n");
    assert.equal(await textOf(await fetchDeclared(url, { secret: { ...account, caFile: own.cert } })), "replicas: 1\n");
    await assert.rejects(fetchDeclared(url, { secret: account }), { code: "CERTIFICATE_INVALID", hint: /ca\.crt/ });
    await assert.rejects(fetchDeclared(url, { secret: { "ca.crt": own.cert }, token: PASSWORD }), {
      code: "UNAUTHENTICATED",
      hint: /Secret/,
    });
  });

  test("a bearerToken", async () => {
    const server = await startServer(refusing((header) => header === `Bearer ${PASSWORD}`));
    const { url } = await server.createRepository("shop", files);

    assert.equal(await textOf(await fetchDeclared(url, { secret: { bearerToken: PASSWORD, "ca.crt": own.cert } })), "replicas: 1\n");
    await assert.rejects(fetchDeclared(url, { secret: { bearerToken: "other", "ca.crt": own.cert } }), { code: "UNAUTHENTICATED" });
  });

  test("tls.crt and tls.key, which a server may ask for", async () => {
    const client = certificate();
    const server = await startServer({ tls: { ...own, clients: client.cert } });
    const { url } = await server.createRepository("shop", files);
    const secret = { "ca.crt": own.cert, "tls.crt": client.cert, "tls.key": client.key };

    assert.equal(await textOf(await fetchDeclared(url, { secret })), "replicas: 1\n");
    await assert.rejects(fetchDeclared(url, { secret: { "ca.crt": own.cert } }));
    await assert.rejects(fetchDeclared(url, { secret: { ...secret, "tls.key": "" } }), { code: "UNAUTHENTICATED", message: /tls\.key/ });
  });

  test("of a GitHub App are refused by name", async () => {
    const secret = { githubAppID: "1", githubAppPrivateKey: PASSWORD };
    await assert.rejects(fetchDeclared("https://git.example/shop", { secret }), { code: "UNSUPPORTED_CONTENT", message: /githubAppID/ });
  });

  const unusable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "a password without a username": { password: PASSWORD },
    "a line break in the password": { username: "flux", password: `${PASSWORD}\nX-Header: 1` },
    "a line break in the token": { bearerToken: `${PASSWORD}\r\nX-Header: 1` },
  };
  for (const [what, secret] of Object.entries(unusable)) {
    test(`${what} is UNAUTHENTICATED, and no error carries it`, async () => {
      const error = await fetchDeclared("https://git.example/shop", { secret }).then(
        () => assert.fail(),
        (reason: GitOpsError) => reason,
      );

      assert.equal(error.code, "UNAUTHENTICATED");
      assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`, new RegExp(PASSWORD));
    });
  }

  test("are in no argument of any process, and in no file once the fetch has ended", async () => {
    const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
    const { url } = await server.createRepository("shop", files);
    const spy = newFolder("spy");
    const real = execFileSync("sh", ["-c", "command -v git"]).toString().trim();
    await writeFile(join(spy, "git"), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${spy}/log\nexec ${real} "$@"\n`, { mode: 0o755 });
    const cache = newFolder("cache");
    const environment = { PATH: `${spy}:${process.env["PATH"]}` };

    const artifact = await fetchDeclared(url, {
      secret: { username: "flux", password: PASSWORD, "ca.crt": own.cert },
      environment,
      cache,
    });
    await artifact.tree.read("app/web.yaml");

    const log = await readFile(join(spy, "log"), "utf8");
    assert.match(log, /ls-remote/);
    assert.doesNotMatch(log, new RegExp(PASSWORD));
    const left = await readdir(cache, { recursive: true, withFileTypes: true });
    for (const entry of left.filter((each) => each.isFile())) {
      const content = await readFile(join(entry.parentPath, entry.name), "latin1");
      assert.ok(!content.includes(PASSWORD) && !content.includes(own.cert), entry.name);
    }
    assert.deepEqual(
      left.filter(({ name }) => name.startsWith("session.")),
      [],
    );
  });

  test("are asked for again where the commit is in the cache already", async () => {
    const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
    const { url, commit } = await server.createRepository("shop", files);
    const cache = newFolder("cache");
    const ref: GitRef = { type: "commit", id: commit };
    const right = { username: "flux", password: PASSWORD, "ca.crt": own.cert };
    await fetchDeclared(url, { ref, cache, secret: right });

    await assert.rejects(fetchDeclared(url, { ref, cache, secret: { ...right, password: "other" } }), { code: "UNAUTHENTICATED" });
  });
});

test("a server that does not answer within the source's time-out is TIMED_OUT", async () => {
  const server = await startServer({ intercept: () => true });
  await assert.rejects(fetchDeclared(`${server.url}/shop.git`, { timeoutMs: 300 }), { code: "TIMED_OUT", hint: /spec\.timeout/ });
});

describe("submodules", () => {
  async function withModule(server: GitServer, moduleUrl: string, id: string): Promise<string> {
    const name = `parent-${Math.random().toString(36).slice(2)}`;
    const { url } = await server.createRepository(name, files);
    const folder = newFolder("parent");
    await gitIn(folder, "clone", "--quiet", join(server.root, `${name}.git`), ".");
    await writeFiles(folder, { ".gitmodules": `[submodule "sub"]\n\tpath = sub\n\turl = ${moduleUrl}\n` });
    await gitIn(folder, "add", ".gitmodules");
    await gitIn(folder, "update-index", "--add", "--cacheinfo", `160000,${id},sub`);
    await gitIn(folder, "commit", "--quiet", "-m", "link");
    await gitIn(folder, "push", "--quiet", "origin", "main");
    return url;
  }
  const secret = { username: "flux", password: PASSWORD, "ca.crt": own.cert };

  test("beside the repository are fetched with its credentials", async () => {
    const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
    const { commit } = await server.createRepository("sub", { "sub.yaml": "kind: Sub\n" });
    const url = await withModule(server, "../sub.git", commit);

    const artifact = await fetchDeclared(url, { secret, submodules: true });

    assert.deepEqual(await artifact.tree.list("sub"), [{ name: "sub.yaml", type: "file" }]);
    assert.equal(await textOf(artifact, "sub/sub.yaml"), "kind: Sub\n");
  });

  test("on another server are fetched where they are public", async () => {
    const server = await startServer();
    const other = await startServer();
    const { url: moduleUrl, commit } = await other.createRepository("sub", { "sub.yaml": "kind: Sub\n" });

    const artifact = await fetchDeclared(await withModule(server, moduleUrl, commit), { submodules: true });

    assert.equal(await textOf(artifact, "sub/sub.yaml"), "kind: Sub\n");
  });

  for (const [whose, declared] of Object.entries({
    "the Secret's": { secret },
    "the person's": { token: PASSWORD, environment: { GITOPS_GIT_TOKEN: PASSWORD } },
  })) {
    test(`on another server are not sent ${whose} credentials, even where it asks`, async () => {
      const seen: (string | undefined)[] = [];
      const server = await startServer({ tls: own, auth: { username: whose === "the Secret's" ? "flux" : "git", password: PASSWORD } });
      const other = await startServer({ tls: own, intercept: asking(seen) });
      const url = await withModule(server, `${other.url}/sub.git`, "1".repeat(40));
      const authority = join(newFolder("authority"), "ca.crt");
      await writeFile(authority, own.cert);
      const environment = { GIT_SSL_CAINFO: authority, ...("environment" in declared ? declared.environment : {}) };

      const { tree } = await fetchDeclared(url, { ...declared, submodules: true, environment });

      await assert.rejects(tree.list("sub"), { code: "UNAUTHENTICATED" });
      assert.deepEqual(new Set(seen), new Set([undefined]));
    });
  }

  const refused: Readonly<Record<string, string>> = {
    "file:///etc": "PROTOCOL_FORBIDDEN",
    "/etc": "PROTOCOL_FORBIDDEN",
    "ext::sh -c id": "PROTOCOL_FORBIDDEN",
    "http://127.0.0.1:1/sub.git": "PROTOCOL_FORBIDDEN",
    "../../../../sub.git": "UNSUPPORTED_CONTENT",
    "--upload-pack=id": "UNSUPPORTED_CONTENT",
    "ssh://git@git.example/sub.git": "UNAUTHENTICATED",
  };
  for (const [moduleUrl, code] of Object.entries(refused)) {
    test(`at ${moduleUrl} are ${code}, and the rest of the repository is there`, async () => {
      const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
      const artifact = await fetchDeclared(await withModule(server, moduleUrl, "1".repeat(40)), { secret, submodules: true });

      await assert.rejects(artifact.tree.list("sub"), { code });
      assert.equal(await textOf(artifact), "replicas: 1\n");
    });
  }

  test("at a commit that their repository does not have are REVISION_NOT_FOUND", async () => {
    const server = await startServer({ tls: own, auth: { username: "flux", password: PASSWORD } });
    await server.createRepository("sub", { "sub.yaml": "kind: Sub\n" });
    const artifact = await fetchDeclared(await withModule(server, "../sub.git", "1".repeat(40)), { secret, submodules: true });

    await assert.rejects(artifact.tree.read("sub/sub.yaml"), { code: "REVISION_NOT_FOUND" });
  });
});

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createGitHistory } from "../../../src/adapters/git/git-history.ts";
import { createGitWriter } from "../../../src/adapters/git/git-writer.ts";
import type { SourceFetcherOptions } from "../../../src/adapters/git/fetcher-options.ts";
import type { FileEdit, GitRepository } from "../../../src/engine/model/git-edit.ts";
import type { GitHistory } from "../../../src/engine/ports/git-history.ts";
import type { GitWriter, ProposedCommit } from "../../../src/engine/ports/git-writer.ts";
import { gitIn, startGitServer, type Files, type GitServer } from "../../support/git-server.ts";
import { hastyClock, newFetcher, newFolder, quietOptions } from "./fetching.ts";

let git: GitServer;
before(async () => {
  git = await startGitServer();
});
after(() => git?.close());

const NAMES = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" };
const TRAILERS = [{ key: "Gitops-Rollback-To", value: "main@sha1:1" }];
const quiet = quietOptions();

interface Person {
  readonly writer: GitWriter;
  readonly history: GitHistory;
  readonly options: SourceFetcherOptions;
}

/** Somebody with an empty cache. */
function newPerson(environment: NodeJS.ProcessEnv = NAMES, cache = newFolder("cache")): Person {
  const options: SourceFetcherOptions = {
    environment: { PATH: process.env["PATH"], HOME: newFolder("home"), XDG_CACHE_HOME: cache, ...environment },
    workingDirectory: newFolder("work"),
    clock: hastyClock,
    allowLocal: true,
    isInteractive: false,
  };
  return { writer: createGitWriter(options), history: createGitHistory(options), options };
}

function text(path: string, content: string): FileEdit {
  return { path, content: new TextEncoder().encode(content), mode: "100644" };
}

/** A repository of this name, and how a person names it. */
async function repository(name: string, files: Files, server = git): Promise<{ readonly at: GitRepository; readonly tip: string }> {
  const { url, commit } = await server.createRepository(name, files);
  return { at: { url, isDeclared: false }, tip: commit };
}

async function propose({ writer }: Person, at: GitRepository, parent: string, edits: readonly FileEdit[]): Promise<ProposedCommit> {
  return await writer.propose(at, { parent, edits, message: "Set it", trailers: TRAILERS }, quiet);
}

const TO_MAIN = { branch: "main", expect: "branch" } as const;

test("a commit changes the files that were named, and every other entry keeps its object and its mode", async () => {
  const { at } = await repository("plain", {
    "a.yaml": "a: 1\r\n",
    "deep/er/b.yaml": "b: 1\n",
    "deep/gone.yaml": "x\n",
    link: { link: "deep/er/b.yaml" },
    "big.bin": randomBytes(3 << 20),
    "run.sh": "#!/bin/sh\n",
  });
  const run = await git.git("plain", "rev-parse", "main:run.sh");
  const person = newPerson();
  const executable: FileEdit = { path: "bin/run.sh", content: { object: run }, mode: "100755" };
  const found = await person.history.tip(at, { type: "default" }, quiet);
  assert.equal(found?.branch, "main");
  const parent = found.commit;

  const link: FileEdit = { path: "to-a", content: new TextEncoder().encode("a.yaml"), mode: "120000" };
  const gone: FileEdit = { path: "deep/gone.yaml", content: null, mode: "100644" };
  const proposed = await propose(person, at, parent, [text("deep/er/b.yaml", "b: 2\n"), executable, link, gone]);
  assert.equal(await git.git("plain", "rev-parse", "main"), parent, "nothing is pushed before it is published");
  await person.writer.publish(at, proposed, TO_MAIN, quiet);

  assert.equal(await git.git("plain", "rev-parse", "main"), proposed.commit);
  assert.equal(await git.git("plain", "rev-parse", "main^"), parent);
  const b = await git.git("plain", "rev-parse", "main:deep/er/b.yaml");
  const expected = (await git.git("plain", "ls-tree", "-r", parent))
    .split("\n")
    .filter((line) => !line.endsWith("deep/gone.yaml"))
    .map((line) => (line.endsWith("deep/er/b.yaml") ? `100644 blob ${b}\tdeep/er/b.yaml` : line));
  const target = await git.git("plain", "rev-parse", "main:to-a");
  const whole = [...expected, `100755 blob ${run}\tbin/run.sh`, `120000 blob ${target}\tto-a`];
  assert.deepEqual((await git.git("plain", "ls-tree", "-r", "main")).split("\n").sort(), whole.sort());
  assert.equal(await git.git("plain", "cat-file", "-p", "main:deep/er/b.yaml"), "b: 2");
  assert.equal(
    await git.git("plain", "log", "-1", "--format=%an <%ae>|%s|%(trailers:only,unfold)", "main"),
    `Ada <ada@example.com>|Set it|Gitops-Rollback-To: main@sha1:1`,
  );
  await git.git("plain", "fsck", "--strict");
});

test("a proposed commit can be fetched by its id before anybody else sees it", async () => {
  const { at, tip } = await repository("unseen", { "a.yaml": "a: 1\n" });
  const cache = newFolder("cache");
  const proposed = await propose(newPerson(NAMES, cache), at, tip, [text("a.yaml", "a: 2\n")]);

  const fetcher = await newFetcher({}, cache);
  const { tree } = await fetcher.fetch({ type: "git", url: at.url, ref: { type: "commit", id: proposed.commit }, path: "" }, quiet);

  assert.equal(new TextDecoder().decode(await tree.read("a.yaml")), "a: 2\n");
  await assert.rejects(git.git("unseen", "cat-file", "-e", proposed.commit));
});

test("a file that is larger than any build may read is restored by its id, and arrives whole", async () => {
  const large = randomBytes(40 << 20);
  await repository("large", { "data.bin": large });
  const old = await git.git("large", "rev-parse", "main:data.bin");
  const tip = await git.commit("large", { "data.bin": "small\n" });
  const at = { url: `${git.url}/large.git`, isDeclared: false };
  const person = newPerson();
  const proposed = await propose(person, at, tip, [{ path: "data.bin", content: { object: old }, mode: "100644" }]);
  await person.writer.publish(at, proposed, TO_MAIN, quiet);
  assert.equal(await git.git("large", "rev-parse", "main:data.bin"), old);
  assert.equal(createHash("sha1").update(`blob ${large.length}\0`).update(large).digest("hex"), old);
});

test("of two pushes on one tip the second is refused as a lost race, and the first stays", async () => {
  const { at, tip } = await repository("race", { "a.yaml": "a: 1\n" });
  const [one, two] = [newPerson(), newPerson()];
  const [first, second] = [
    await propose(one, at, tip, [text("a.yaml", "a: 2\n")]),
    await propose(two, at, tip, [text("a.yaml", "a: 3\n")]),
  ];
  await one.writer.publish(at, first, TO_MAIN, quiet);
  await assert.rejects(two.writer.publish(at, second, TO_MAIN, quiet), { code: "TIP_MOVED" });
  assert.equal(await git.git("race", "rev-parse", "main"), first.commit);
});

test("of many jobs that change lines beside each other at once every change lands, each made anew on the tip that it met", async () => {
  const jobs = ["a", "b", "c", "d", "e", "f"];
  const { at } = await repository("jobs", { "versions.yaml": jobs.map((job) => `${job}: 1\n`).join("") });
  const attempts = await Promise.all(
    jobs.map(async (job) => {
      const cache = newFolder("cache");
      const [person, fetcher] = [newPerson(NAMES, cache), await newFetcher({}, cache)];
      for (let attempt = 1; ; attempt++) {
        const tip = (await person.history.tip(at, { type: "branch", name: "main" }, quiet))?.commit ?? "";
        const { tree } = await fetcher.fetch({ type: "git", url: at.url, ref: { type: "commit", id: tip }, path: "" }, quiet);
        const now = new TextDecoder().decode(await tree.read("versions.yaml"));
        const proposed = await propose(person, at, tip, [text("versions.yaml", now.replace(`${job}: 1`, `${job}: 2`))]);
        try {
          await person.writer.publish(at, proposed, TO_MAIN, quiet);
          return attempt;
        } catch (error) {
          assert.equal((error as { code?: string }).code, "TIP_MOVED");
        }
      }
    }),
  );
  assert.equal(await git.git("jobs", "show", "main:versions.yaml"), jobs.map((job) => `${job}: 2`).join("\n"));
  assert.equal(await git.git("jobs", "rev-list", "--count", "main"), String(1 + jobs.length));
  assert.ok(Math.max(...attempts) <= jobs.length, String(attempts));
});

test("a branch that was set back meanwhile is not moved forward over what was taken out", async () => {
  const { at, tip } = await repository("set-back", { "a.yaml": "a: 1\n" });
  const bad = await git.commit("set-back", { "a.yaml": "a: bad\n" });
  const person = newPerson();
  const proposed = await propose(person, at, bad, [text("b.yaml", "b: 1\n")]);
  await git.git("set-back", "update-ref", "refs/heads/main", tip);
  await assert.rejects(person.writer.publish(at, proposed, TO_MAIN, quiet), { code: "TIP_MOVED" });
  assert.equal(await git.git("set-back", "rev-parse", "main"), tip);
});

test("a branch that was deleted meanwhile is not made again", async () => {
  const { at } = await repository("deleted", { "a.yaml": "a: 1\n" });
  const tip = await git.commit("deleted", { "a.yaml": "a: 2\n" }, "on a branch", "other");
  const person = newPerson();
  const proposed = await propose(person, at, tip, [text("a.yaml", "a: 3\n")]);
  await git.git("deleted", "update-ref", "-d", "refs/heads/other");
  await assert.rejects(person.writer.publish(at, proposed, { branch: "other", expect: "branch" }, quiet), { code: "TIP_MOVED" });
  await assert.rejects(git.git("deleted", "rev-parse", "--verify", "--quiet", "refs/heads/other"));
});

test("a new branch is made where there is none, and left alone where there is one", async () => {
  const { at, tip } = await repository("new-branch", { "a.yaml": "a: 1\n" });
  const person = newPerson();
  const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
  const target = { branch: "rollback/shop", expect: "new branch" } as const;
  await person.writer.publish(at, proposed, target, quiet);
  assert.equal(await git.git("new-branch", "rev-parse", "rollback/shop"), proposed.commit);
  assert.equal(await git.git("new-branch", "rev-parse", "main"), tip);

  await person.writer.publish(at, proposed, target, quiet); // an answer that was lost: the same commit is there
  const another = await propose(person, at, tip, [text("a.yaml", "a: 3\n")]);
  // One that the commit would only move forward is somebody's all the same.
  await git.git("new-branch", "branch", "taken", tip);
  await assert.rejects(person.writer.publish(at, another, { branch: "taken", expect: "new branch" }, quiet), { code: "TIP_MOVED" });
  assert.equal(await git.git("new-branch", "rev-parse", "taken"), tip);
  await assert.rejects(person.writer.publish(at, another, target, quiet), { code: "TIP_MOVED" });
  assert.equal(await git.git("new-branch", "rev-parse", "rollback/shop"), proposed.commit);
});

test("a hook of the server that refuses is a refusal by policy, with git's summary and without the server's words", async () => {
  const { at, tip } = await repository("protected", { "a.yaml": "a: 1\n" });
  const hook = "#!/bin/sh\necho 'GH006: Protected branch; token was s3cret' >&2\nexit 1\n";
  await writeFile(join(git.root, "protected.git", "hooks", "pre-receive"), hook, { mode: 0o755 });
  const person = newPerson();
  const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
  await assert.rejects(person.writer.publish(at, proposed, TO_MAIN, quiet), (error: Error & { code?: string }) => {
    assert.equal(error.code, "PUSH_REFUSED");
    assert.match(error.message, /the push to main \(pre-receive hook declined\)/);
    assert.doesNotMatch(error.message, /s3cret/);
    return true;
  });
  assert.equal(await git.git("protected", "rev-parse", "main"), tip);
});

test("who may read and not push is told so, and which credentials were used", async () => {
  const server = await startGitServer({
    auth: { username: "git", password: "reader" },
    intercept: (request, response) => {
      if (!(request.url ?? "").includes("git-receive-pack") || request.headers.authorization === undefined) return false;
      response.writeHead(403).end("no\n");
      return true;
    },
  });
  try {
    const { at, tip } = await repository("readable", { "a.yaml": "a: 1\n" }, server);
    const person = newPerson({ ...NAMES, GITOPS_GIT_TOKEN: "reader" });
    const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
    await assert.rejects(person.writer.publish(at, proposed, TO_MAIN, quiet), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, "UNAUTHENTICATED");
      assert.match(error.hint ?? "", /may push.*used was: GITOPS_GIT_TOKEN/);
      return true;
    });
    assert.equal(await server.git("readable", "rev-parse", "main"), tip);
  } finally {
    await server.close();
  }
});

test("a push whose answer was lost is found to be done", async () => {
  let posts = 0;
  const server = await startGitServer({
    intercept: (request, response) => {
      if (request.method !== "POST" || !(request.url ?? "").endsWith("/git-receive-pack") || ++posts > 1) return false;
      // The push is made, and its answer never arrives.
      response.write = () => true;
      const end = () => response.destroy();
      response.end = ((): typeof response => (end(), response)) as typeof response.end;
      return false;
    },
  });
  try {
    const { at, tip } = await repository("lost", { "a.yaml": "a: 1\n" }, server);
    const person = newPerson();
    const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
    await person.writer.publish(at, proposed, TO_MAIN, quiet);
    assert.equal(await server.git("lost", "rev-parse", "main"), proposed.commit);
    assert.ok(posts > 0);
  } finally {
    await server.close();
  }
});

test("a commit that would change nothing is refused, and so are paths and trailers that are none", async () => {
  const { at, tip } = await repository("nothing", { "a.yaml": "a: 1\n" });
  const person = newPerson();
  await assert.rejects(propose(person, at, tip, [text("a.yaml", "a: 1\n")]), { code: "USAGE" });
  for (const path of ["../a", "/a", "x/../a", ".git/config", "deep/.GIT/hooks/x", "", "a\nb"])
    await assert.rejects(propose(person, at, tip, [text(path, "x")]), /path|forbidden|leaves/);
  const twice = [text("a.yaml", "x"), text("a.yaml", "y")];
  await assert.rejects(propose(person, at, tip, twice), { code: "USAGE" });
  const bad = { parent: tip, edits: [text("a.yaml", "x")], message: "m", trailers: [{ key: "A", value: "x\n\nSigned-off-by: y" }] };
  await assert.rejects(person.writer.propose(at, bad, quiet), { code: "USAGE" });
});

test("nobody's name is asked for: a commit without any configuration bears that of the user", async () => {
  const { at, tip } = await repository("nameless", { "a.yaml": "a: 1\n" });
  const person = newPerson({ USER: "grace" });
  const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
  await person.writer.publish(at, proposed, TO_MAIN, quiet);
  assert.match(await git.git("nameless", "log", "-1", "--format=%an <%ae>", "main"), /^grace <grace@.+>$/);
});

test("a hook and a filter of the person's own configuration are not run", async () => {
  const { at, tip } = await repository("hooked", { "a.yaml": "a: 1\n" });
  const home = newFolder("home");
  const canary = join(home, "canary");
  await writeFile(join(home, "pre-push"), `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
  await writeFile(join(home, ".gitconfig"), `[core]\n\thooksPath = ${home}\n[push]\n\tgpgSign = true\n[commit]\n\tgpgSign = true\n`);
  const person = newPerson({ ...NAMES, HOME: home });
  const proposed = await propose(person, at, tip, [text("a.yaml", "a: 2\n")]);
  await person.writer.publish(at, proposed, TO_MAIN, quiet);
  await assert.rejects(gitIn(home, "hash-object", canary));
});

test("a history is that of the paths, the newest first, and no file contents are fetched for it", async () => {
  const { at, tip: first } = await repository("history", { "shop/a.yaml": "a: 1\n", "other/b.yaml": "b: 1\n" });
  const second = await git.commit("history", { "shop/a.yaml": "a: 2\n" }, "Second");
  await git.commit("history", { "other/b.yaml": "b: 2\n" }, "Elsewhere");
  const third = await git.commit("history", { "shop/a.yaml": "a: 3\n" }, "Third");
  const tip = await git.commit("history", { "other/b.yaml": "b: 3\n" }, "Elsewhere again");
  const { history } = newPerson();
  const log = await history.log(at, { tip, paths: ["shop"], limit: 10 }, quiet);
  assert.deepEqual(
    log.map(({ commit, subject }) => [commit, subject]),
    [
      [third, "Third"],
      [second, "Second"],
      [first, "first"],
    ],
  );
  assert.match(log[0]?.committedAt ?? "", /^\d{4}-\d\d-\d\dT/);
  assert.equal((await history.log(at, { tip, paths: [""], limit: 2 }, quiet)).length, 2);
  assert.deepEqual(await history.log(at, { tip, paths: ["*"], limit: 2 }, quiet), []);
});

test("a ref is a branch, or nothing that a commit can be added to", async () => {
  const { at, tip } = await repository("refs", { "a.yaml": "a: 1\n" });
  await git.git("refs", "tag", "v1", tip);
  const { history } = newPerson();
  assert.deepEqual(await history.tip(at, { type: "named", name: "main" }, quiet), { branch: "main", commit: tip });
  assert.deepEqual(await history.tip(at, { type: "full", name: "refs/heads/main" }, quiet), { branch: "main", commit: tip });
  for (const ref of [
    { type: "tag", name: "v1" },
    { type: "named", name: "v1" },
    { type: "named", name: tip },
    { type: "commit", id: tip },
    { type: "semver", range: "*" },
  ] as const)
    assert.equal(await history.tip(at, ref, quiet), undefined);
  await assert.rejects(history.tip(at, { type: "branch", name: "none" }, quiet), { code: "REVISION_NOT_FOUND" });
});

test("a declared repository on this machine is refused, and nothing is sent over plain http with credentials", async () => {
  const { tip } = await repository("declared", { "a.yaml": "a: 1\n" });
  const person = newPerson({ ...NAMES, GITOPS_GIT_TOKEN: "s3cret" });
  const local = { url: `file://${git.root}/declared.git`, isDeclared: true };
  await assert.rejects(propose(person, local, tip, [text("a.yaml", "x")]), { code: "PROTOCOL_FORBIDDEN" });
  const requests: (string | undefined)[] = [];
  const server = await startGitServer({ intercept: (request) => (requests.push(request.headers.authorization), false) });
  try {
    const { at, tip: parent } = await repository("plain-http", { "a.yaml": "a: 1\n" }, server);
    const declared = { ...at, isDeclared: true };
    const proposed = await propose(person, declared, parent, [text("a.yaml", "x\n")]);
    await person.writer.publish(declared, proposed, TO_MAIN, quiet);
    assert.deepEqual([...new Set(requests)], [undefined]);
  } finally {
    await server.close();
  }
});

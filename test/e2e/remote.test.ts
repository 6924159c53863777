import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gitops, newHome, type CommandOptions, type CommandResult } from "../support/cli.ts";
import { startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

describe("remote content", () => {
  let git: GitServer;
  let locked: GitServer;
  let files: Server;
  let filesUrl = "";
  let elsewhere: Server;
  let elsewhereUrl = "";

  before(async () => {
    git = await startGitServer();
    locked = await startGitServer({ auth: { username: "git", password: "hunter2" } });
    elsewhere = createServer((_, response) => response.end(configMap("elsewhere")));
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    files = createServer((request, response) => {
      if (request.url === "/moved.yaml") response.writeHead(302, { Location: `${elsewhereUrl}/a.yaml` }).end();
      else if (request.url === "/large.yaml") response.end("a".repeat(4096));
      else if (request.url === "/a.yaml") response.end(configMap("file"));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
    filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    const base = { "base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": configMap("based") };
    await git.createRepository("base", base);
    await git.createRepository("bait", { "kustomization.yaml": `resources: ['${locked.url}/base.git//base']\n` });
    await git.createRepository("broken", { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: [\n" });
    await locked.createRepository("base", base);
  });
  after(async () => {
    for (const server of [files, elsewhere]) {
      server.closeAllConnections();
      server.close();
    }
    await Promise.all([git.close(), locked.close()]);
  });

  async function build(kustomization: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
    const home = newHome();
    const folder = join(home, "overlay");
    await mkdir(folder);
    await writeFiles(folder, { "kustomization.yaml": kustomization });
    return gitops(["build", folder, ...args], { home, cwd: home, ...options });
  }

  test("a base of a host that nobody allowed is refused, and the error names the flag; nothing is asked", async () => {
    const before = git.requests.length;
    const refused = await build("resources: ['https://github.com/org/repo//base?ref=v1', x.yaml]\n");
    assert.equal(refused.code, 6);
    assert.equal(refused.stdout, "");
    assert.match(
      refused.stderr,
      /kustomization\.yaml:1:\d+: resources: 'https:\/\/github\.com\/org\/repo\/\/base\?ref=v1' is remote, and the host github\.com is not allowed/,
    );
    assert.match(refused.stderr, /add --allow-remote github\.com /);
    for (const entry of [
      "github.com/org/repo",
      "git@github.com:org/repo",
      "git::ssh://git@github.com/org/repo",
      "https://GitHub.com/o/r",
    ]) {
      assert.match((await build(`resources: ['${entry}']\n`)).stderr, /add --allow-remote github\.com /, entry);
    }
    assert.equal(git.requests.length, before);
  });

  test("an allowed base is built, by the flag and by the environment", async () => {
    const kustomization = `resources: ['${git.url}/base.git//base']\n`;
    const flagged = await build(kustomization, ["--allow-remote", git.url]);
    assert.equal(flagged.code, 0, flagged.stderr);
    assert.match(flagged.stdout, /name: based/);
    const set = await build(kustomization, [], { env: { GITOPS_ALLOW_REMOTE: `github.com,${git.url}` } });
    assert.equal(set.stdout, flagged.stdout);
  });

  test("http:// needs an allowance that says http://", async () => {
    const refused = await build(`resources: ['${git.url}/base.git//base']\n`, ["--allow-remote", git.url.replace("http://", "")]);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /http:\/\/ is not encrypted and not allowed/);
    assert.match(refused.stderr, new RegExp(`add --allow-remote ${git.url} `));
  });

  test("another port is another host", async () => {
    const refused = await build(`resources: ['${git.url}/base.git//base']\n`, ["--allow-remote", filesUrl]);
    assert.equal(refused.code, 6);
  });

  test("what an allowed repository names must be allowed too", async () => {
    const kustomization = `resources: ['${git.url}/bait.git']\n`;
    const refused = await build(kustomization, ["--allow-remote", git.url]);
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /bait\.git\/\/kustomization\.yaml:1:\d+: resources: /);
  });

  test("the token for a source goes to its own server only", async () => {
    const env = { GITOPS_GIT_TOKEN: "hunter2" };
    const both = ["--allow-remote", git.url, "--allow-remote", locked.url];
    const own = ["build", "--repo", `${locked.url}/base.git`, "--path", "base"];
    const home = newHome();
    assert.equal((await gitops(own, { home, env })).code, 0);
    // The source lies on one server and names a base on the other: that one gets no token, and says so.
    const bait = await gitops(["build", "--repo", `${git.url}/bait.git`, ...both], { home, env });
    assert.equal(bait.code, 13, bait.stderr);
    assert.doesNotMatch(bait.stderr, /hunter2/);
    // A folder has no server of its own: the token goes to the only host that is allowed, and to none of several.
    const kustomization = `resources: ['${locked.url}/base.git//base']\n`;
    assert.equal((await build(kustomization, ["--allow-remote", locked.url], { env })).code, 0);
    assert.equal((await build(kustomization, both, { env })).code, 13);
  });

  for (const { claim, entry, code, says } of [
    { claim: "file://", entry: "file:///etc/base", code: 6, says: /file:\/\/ leads out of the repository/ },
    { claim: "a ref that git would read as a flag", entry: "{git}/base.git?ref=--upload-pack=x", code: 6, says: /the ref is no name/ },
    { claim: "a ref that no branch can have", entry: "{git}/base.git?ref=a..b", code: 11, says: /the ref is not a valid/ },
    { claim: "a host in disguise", entry: "https://good.com\\@evil.com/o/r", code: 11, says: /no clean URL/ },
    { claim: "a password in a URL", entry: "https://user:hunter2@host/o/r", code: 6, says: /'https:\/\/\*\*\*@host\/o\/r' is remote/ },
    { claim: "a ref that is not there", entry: "{git}/base.git//base?ref=no", code: 12, says: /does not have branch, tag or commit no/ },
    { claim: "a folder that is not there", entry: "{git}/base.git//no", code: 12, says: /no such folder: no/ },
    { claim: "a repository that is not there", entry: "{git}/no.git", code: 12, says: /no such Git repository/ },
    { claim: "a broken file of a repository", entry: "{git}/broken.git", code: 11, says: /broken\.git\/\/a\.yaml:\d/ },
    { claim: "a file that is not there", entry: "{files}/no.yaml", code: 12, says: /status 404/ },
    {
      claim: "a file that redirects to a host that is not allowed",
      entry: "{files}/moved.yaml",
      code: 6,
      says: /--allow-remote http:\/\/127/,
    },
  ]) {
    test(`${claim} ends with ${code} and names the kustomization`, async () => {
      const filled = entry.replace("{git}", git.url).replace("{files}", filesUrl);
      const refused = await build(`resources: ['${filled}']\n`, ["--allow-remote", git.url, "--allow-remote", filesUrl]);
      assert.equal(refused.code, code, refused.stderr);
      assert.equal(refused.stdout, "");
      assert.match(refused.stderr, says);
      assert.doesNotMatch(refused.stderr, /hunter2/);
    });
  }

  test("a file by URL is built, behind a redirect where both hosts are allowed", async () => {
    const flags = ["--allow-remote", filesUrl, "--allow-remote", elsewhereUrl];
    const built = await build(`resources: ['${filesUrl}/a.yaml', '${filesUrl}/moved.yaml']\n`, flags);
    assert.equal(built.code, 0, built.stderr);
    assert.match(built.stdout, /name: elsewhere\n---[^]*name: file/);
  });

  test("a file above --max-file-size is a limit that was hit", async () => {
    const limited = await build(`resources: ['${filesUrl}/large.yaml']\n`, ["--allow-remote", filesUrl, "--max-file-size", "1000"]);
    assert.equal(limited.code, 15, limited.stderr);
    assert.match(limited.stderr, /--max-file-size/);
  });

  test("a flag that names no host is a wrong command line", async () => {
    for (const text of ["", "https://host/path", "-x", "a b", "file:///etc", "host:port", "git@host"]) {
      assert.equal((await build("resources: []\n", [`--allow-remote=${text}`])).code, 2, text);
    }
  });
});

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startGitServer } from "../../support/git-server.ts";
import { newFetcher, newFolder, quietOptions } from "./fetching.ts";

const SSHD = "/usr/sbin/sshd";
const skip = !existsSync(SSHD) ? "not here: sshd (package openssh-server)" : !existsSync("/usr/bin/ssh") ? "not here: ssh" : false;

describe("over ssh", { skip }, () => {
  const folder = newFolder("ssh");
  const user = userInfo().username;
  const log = join(folder, "log");
  let port = 0;
  let url = "";
  let commit = "";
  let stop = async () => {};

  before(async () => {
    const server = await startGitServer();
    commit = (await server.createRepository("shop", { "app/web.yaml": "replicas: 1\n" })).commit;
    for (const key of ["host", "user", "stranger"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
    await writeFile(join(folder, "authorized"), await readFile(join(folder, "user.pub")));
    port = await freePort();
    await writeFile(
      join(folder, "sshd_config"),
      [
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${folder}/host`,
        `AuthorizedKeysFile ${folder}/authorized`,
        "UsePAM no",
        "LogLevel VERBOSE",
        "StrictModes no",
        "PermitRootLogin yes",
        `PidFile ${folder}/pid`,
        'ForceCommand git-shell -c "$SSH_ORIGINAL_COMMAND"',
        "",
      ].join("\n"),
    );
    if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
    const sshd = spawn(SSHD, ["-D", "-E", log, "-f", join(folder, "sshd_config")], { stdio: "ignore" });
    stop = async () => {
      sshd.kill();
      await server.close();
    };
    await listening(port);
    url = `ssh://${user}@127.0.0.1:${port}${server.root}/shop.git`;
  });
  after(() => stop());

  /** The person's own ~/.ssh/config, as far as git can see: an ssh on the PATH that reads it. */
  async function environmentWith(key: string, knownHosts: string, more = ""): Promise<NodeJS.ProcessEnv> {
    const own = newFolder("ssh-user");
    await writeFile(join(own, "known_hosts"), knownHosts);
    await writeFile(
      join(own, "config"),
      `Host *\n  IdentityFile ${folder}/${key}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${own}/known_hosts\n  GlobalKnownHostsFile /dev/null\n${more}`,
    );
    await writeFile(join(own, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${own}/config "$@"\n`, { mode: 0o755 });
    return { PATH: `${own}:${process.env["PATH"]}` };
  }

  async function fetchWith(environment: NodeJS.ProcessEnv, from = url) {
    return await (
      await newFetcher({ environment })
    ).fetch({ type: "git", url: from, ref: { type: "default" }, path: "app" }, quietOptions());
  }

  async function knownHost(): Promise<string> {
    return `[127.0.0.1]:${port} ${await readFile(join(folder, "host.pub"), "utf8")}`;
  }

  test("a known host and an accepted key bring the files", async () => {
    const { revision, tree } = await fetchWith(await environmentWith("user", await knownHost()));

    assert.equal(revision, `main@sha1:${commit}`);
    assert.equal(Buffer.from(await tree.read("app/web.yaml")).toString(), "replicas: 1\n");
  });

  test("the person's ssh configuration counts: a port for a scp-like URL, hosts accepted when new", async () => {
    const environment = await environmentWith(
      "user",
      "",
      `  StrictHostKeyChecking accept-new\nHost shop.example\n  HostName 127.0.0.1\n  Port ${port}\n`,
    );

    const path = new URL(url).pathname;
    assert.equal((await fetchWith(environment, `${user}@shop.example:${path}`)).revision, `main@sha1:${commit}`);
  });

  test("a host that is not known, and one whose key has changed, are HOST_KEY_UNKNOWN", async () => {
    await assert.rejects(async () => fetchWith(await environmentWith("user", "")), { code: "HOST_KEY_UNKNOWN" });
    const other = `[127.0.0.1]:${port} ${await readFile(join(folder, "stranger.pub"), "utf8")}`;
    await assert.rejects(async () => fetchWith(await environmentWith("user", other)), { code: "HOST_KEY_UNKNOWN" });
  });

  test("a key that is not accepted is UNAUTHENTICATED", async () => {
    await assert.rejects(async () => fetchWith(await environmentWith("stranger", await knownHost())), { code: "UNAUTHENTICATED" });
  });

  describe("with a Secret", () => {
    async function fetchDeclared(changes: Readonly<Record<string, string>>, from = url) {
      const data = { identity: await readFile(join(folder, "user"), "utf8"), known_hosts: await knownHost(), ...changes };
      const secret = new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
      const access = { secret, timeoutMs: 60_000, submodules: false };
      // The person's own configuration would send another key, knows no host, and leads nowhere.
      const fetcher = await newFetcher({
        environment: { ...(await environmentWith("stranger", "", "  ProxyCommand false\n")), SSH_AUTH_SOCK: "/nonexistent" },
      });
      return await fetcher.fetch(
        { type: "git", url: from, ref: { type: "branch", name: "main" }, path: "" },
        { ...quietOptions(), access },
      );
    }

    test("its identity and known_hosts bring the files; the key may lack its last line end, or have those of Windows", async () => {
      const identity = await readFile(join(folder, "user"), "utf8");
      for (const text of [identity, identity.trimEnd(), identity.replaceAll("\n", "\r\n")]) {
        const { revision, tree } = await fetchDeclared({ identity: text });

        assert.equal(revision, `main@sha1:${commit}`);
        assert.equal(Buffer.from(await tree.read("app/web.yaml")).toString(), "replicas: 1\n");
      }
    });

    test("an encrypted identity is opened by password, and refused without one", async () => {
      const encrypted = join(folder, "encrypted");
      await copyFile(join(folder, "user"), encrypted);
      await chmod(encrypted, 0o600);
      const passphrase = "p4ss phr$se";
      execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", passphrase, "-f", encrypted]);
      const identity = await readFile(encrypted, "utf8");

      assert.equal((await fetchDeclared({ identity, password: passphrase })).revision, `main@sha1:${commit}`);
      await assert.rejects(fetchDeclared({ identity }), { code: "UNAUTHENTICATED", message: /encrypted identity/ });
      await assert.rejects(fetchDeclared({ identity, password: "other" }), { code: "UNAUTHENTICATED" });
    });

    test("without known_hosts, with those of another server or another key, it is HOST_KEY_UNKNOWN", async () => {
      const other = `[127.0.0.1]:${port} ${await readFile(join(folder, "stranger.pub"), "utf8")}`;
      for (const known of ["", "git.example ssh-ed25519 AAAA\n", other])
        await assert.rejects(fetchDeclared({ known_hosts: known }), { code: "HOST_KEY_UNKNOWN", hint: /known_hosts/ });
    });

    test("without identity, and with one that is not accepted, it is UNAUTHENTICATED", async () => {
      const identity = await readFile(join(folder, "stranger"), "utf8");
      await assert.rejects(fetchDeclared({ identity: "" }), { code: "UNAUTHENTICATED", message: /no identity/ });
      await assert.rejects(fetchDeclared({ identity }), { code: "UNAUTHENTICATED", hint: /Secret/ });
    });

    test("a URL without a user is git's", async () => {
      if (user === "git") return;
      await assert.rejects(fetchDeclared({}, url.replace(`${user}@`, "")), { code: "UNAUTHENTICATED" });
      assert.match(await readFile(log, "utf8"), /(?:user|for) git /);
    });
  });

  test("a repository that is not there is REPOSITORY_NOT_FOUND, a port where nobody listens SOURCE_UNREACHABLE", async () => {
    const environment = await environmentWith("user", await knownHost());

    await assert.rejects(fetchWith(environment, url.replace("shop.git", "nothing.git")), { code: "REPOSITORY_NOT_FOUND" });
    await assert.rejects(fetchWith(environment, url.replace(`:${port}/`, `:${await freePort()}/`)), { code: "SOURCE_UNREACHABLE" });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("sshd did not start");
}

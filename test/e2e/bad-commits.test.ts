import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { assertAnswer, type Expectation } from "../support/bad-input.ts";
import { gitops, newHome } from "../support/cli.ts";
import { GIT_TEST_ENVIRONMENT, startGitServer } from "../support/git-server.ts";

const server = await startGitServer();
after(() => server.close());

/** A tree as no honest `git add` makes it: `MODE NAME` to content, to the entries of a folder, or to the id of a submodule's commit. */
interface RawEntries {
  readonly [modeAndName: string]: string | RawEntries;
}

function writeTree(git: (args: readonly string[], input?: Buffer) => string, entries: RawEntries): string {
  const nameOf = ([key]: [string, unknown]): string => key.slice(key.indexOf(" ") + 1) + (key.startsWith("40000 ") ? "/" : "");
  const sorted = Object.entries(entries).sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const parts = sorted.map(([modeAndName, value]) => {
    const blob = (): string =>
      modeAndName.startsWith("160000 ") ? String(value) : git(["hash-object", "-w", "--stdin"], Buffer.from(String(value)));
    const id = typeof value === "string" ? blob() : writeTree(git, value);
    return Buffer.concat([Buffer.from(`${modeAndName}\0`), Buffer.from(id, "hex")]);
  });
  return git(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], Buffer.concat(parts));
}

async function serve(name: string, entries: RawEntries): Promise<string> {
  const { url } = await server.createRepository(name);
  const git = (args: readonly string[], input: Buffer = Buffer.alloc(0)): string =>
    execFileSync("git", [`--git-dir=${join(server.root, `${name}.git`)}`, ...args], { input, env: GIT_TEST_ENVIRONMENT })
      .toString()
      .trim();
  git(["update-ref", "refs/heads/main", git(["commit-tree", "-m", "raw", writeTree(git, entries)])]);
  return url;
}

const MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}}\n";
const COMMIT = "1".repeat(40);
const commits: Readonly<Record<string, Expectation & { readonly entries: RawEntries; readonly path?: string }>> = {
  "B05 a folder named ..": {
    entries: { "100644 a.yaml": MAP, "40000 ..": { "100644 b.yaml": MAP } },
    exit: 6,
    says: "must not|hasDotdot|not trust",
  },
  "B05 a file .git/config": {
    entries: { "100644 a.yaml": MAP, "40000 .git": { "100644 config": "[core]\n\tfsmonitor = touch canary\n" } },
    exit: 6,
    says: "must not|hasDotgit|not trust",
  },
  "B06 a file whose name has an escape sequence": { entries: { "100644 \u001b[2J.yaml": MAP }, exit: 11, says: "\\\\u001b\\[2J\\.yaml" },
  "B50 a submodule below the built path": {
    entries: { "100644 a.yaml": MAP, "160000 charts": COMMIT },
    exit: 11,
    says: "charts is a submodule",
  },
  "B50 a submodule named as a base": {
    entries: { "100644 kustomization.yaml": "resources: [base]\n", "160000 base": COMMIT },
    exit: 11,
    says: "base is a submodule",
  },
  "B50 a submodule beside the built path": {
    entries: { "40000 app": { "100644 a.yaml": MAP }, "160000 charts": COMMIT },
    path: "app",
    exit: 0,
    prints: "name: kept",
  },
  "B50 attributes that ask for a filter": {
    entries: { "100644 .gitattributes": "* filter=evil text=auto eol=crlf\n", "100644 a.yaml": MAP },
    exit: 0,
    prints: "name: kept",
  },
};

for (const [index, [name, { entries, path = ".", ...expected }]] of Object.entries(commits).entries()) {
  test(`${name}: exit ${expected.exit}`, async () => {
    const url = await serve(`raw-${index}`, entries);
    assertAnswer(await gitops(["build", "--repo", url, "--ref", "main", "--path", path], { home: newHome() }), expected);
  });
}

const SSHD = "/usr/sbin/sshd";
const skip = existsSync(SSHD) ? false : "not here: sshd (package openssh-server)";

describe("B78 over ssh", { skip }, () => {
  test("a host that is not in known_hosts is exit 13 and says what to do; one that is there is read", async () => {
    const home = newHome();
    await server.createRepository("ssh", { "a.yaml": MAP });
    const { port, url } = await startSsh(home, "ssh");
    await mkdir(join(home, ".ssh"));
    const ssh = join(home, "bin", "ssh");
    await mkdir(join(home, "bin"));
    // ssh finds a person's folder by their account and not by HOME
    const options = `-i ${home}/user -o IdentitiesOnly=yes -o UserKnownHostsFile=${home}/.ssh/known_hosts -o GlobalKnownHostsFile=/dev/null`;
    await writeFile(ssh, `#!/bin/sh\nexec /usr/bin/ssh ${options} "$@"\n`, { mode: 0o755 });
    const build = () => gitops(["build", "--repo", url, "--ref", "main"], { home, env: { PATH: `${home}/bin:${process.env["PATH"]}` } });

    await writeFile(join(home, ".ssh", "known_hosts"), "");
    assertAnswer(await build(), { exit: 13, says: "127\\.0\\.0\\.1", hint: "known_hosts" });

    await writeFile(join(home, ".ssh", "known_hosts"), `[127.0.0.1]:${port} ${await readFile(join(home, "host.pub"), "utf8")}`);
    assertAnswer(await build(), { exit: 0, prints: "name: kept" });
  });
});

/** A real sshd that lets this person in with a key of their own. */
async function startSsh(folder: string, repository: string): Promise<{ readonly port: number; readonly url: string }> {
  for (const key of ["host", "user"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  await writeFile(join(folder, "authorized"), await readFile(join(folder, "user.pub")));
  const port = await freePort();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin yes",
    `PidFile ${folder}/pid`,
  ];
  await writeFile(join(folder, "sshd_config"), `${config.join("\n")}\n`);
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
  const sshd = spawn(SSHD, ["-D", "-f", join(folder, "sshd_config")], { stdio: "ignore" });
  after(() => void sshd.kill());
  await listening(port);
  return { port, url: `ssh://${userInfo().username}@127.0.0.1:${port}${server.root}/${repository}.git` };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("sshd did not start");
}

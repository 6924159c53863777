import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { assertAnswer, badInputs, type Expectation } from "../support/bad-input.ts";
import { gitops, newHome } from "../support/cli.ts";
import { startGitServer, writeFiles } from "../support/git-server.ts";
import { configMap } from "../support/workspace.ts";

interface BadFlags extends Expectation {
  readonly id: string;
  readonly claim: string;
  readonly args: readonly string[];
}

const open = await startGitServer();
const locked = await startGitServer({ auth: { username: "shop", password: "hunter2" } });
after(() => Promise.all([open.close(), locked.close()]));
const files = { "a.yaml": configMap("a", {}) };
const home = newHome();
const folder = join(home, "folder");
await writeFiles(folder, files);
const repository = await open.createRepository("app", files);
const lockedRepository = await locked.createRepository("locked", files);
const places: Readonly<Record<string, string>> = {
  folder,
  repo: repository.url,
  locked: lockedRepository.url,
  empty: (await open.createRepository("empty")).url,
};

function placed(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

describe("what a person types", { concurrency: availableParallelism() }, () => {
  for (const { id, claim, args, ...expected } of badInputs<BadFlags>("flags")) {
    test(`${id} ${claim}: exit ${expected.exit}`, async () => {
      assertAnswer(await gitops(args.map(placed), { home }), expected);
      assert.equal(existsSync(join(home, "canary")), false);
    });
  }

  test("a wrong password is exit 13, and is not shown", async () => {
    const wrong = lockedRepository.url.replace("http://", "http://shop:hunter3@");
    assertAnswer(await gitops(["build", "--repo", wrong, "--verbose"], { home }), { exit: 13, says: "locked" });
  });

  test("a wrong token of the environment is exit 13, and is not shown", async () => {
    const answer = await gitops(["build", "--repo", lockedRepository.url], { home, env: { GITOPS_GIT_TOKEN: "hunter3" } });
    assertAnswer(answer, { exit: 13, says: "locked" });
  });

  test("B76 a password in a typed address works, with a warning, and is shown and kept nowhere", async () => {
    const person = newHome();
    const right = lockedRepository.url.replace("http://", "http://shop:hunter2@");
    const answer = await gitops(["build", "--repo", right, "--verbose"], { home: person });
    assertAnswer(answer, { exit: 0, prints: "kind: ConfigMap", says: "credentials" });
    await assertKeptNowhere(person, "hunter2");
  });

  test("B77 a person may type file:// and a plain path", async () => {
    const bare = join(open.root, "app.git");
    for (const address of [`file://${bare}`, bare])
      assertAnswer(await gitops(["build", "--repo", address], { home }), { exit: 0, prints: "kind: ConfigMap" });
  });

  test("B81 a short commit that fits two objects is exit 12 or found, never a guess", async () => {
    const short = repository.commit.slice(0, 7);
    const answer = await gitops(["build", "--repo", repository.url, "--ref", short], { home });
    if (answer.code === 0) assert.match(answer.stdout, /kind: ConfigMap/);
    else assertAnswer(answer, { exit: 12, says: short });
  });
});

/** No file below a person's folders holds the text: caches, state, configuration. */
async function assertKeptNowhere(person: string, secret: string): Promise<void> {
  const { readFile } = await import("node:fs/promises");
  const found = readdirSync(person, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of found) {
    const bytes = await readFile(join(parentPath, name));
    assert.equal(bytes.includes(secret), false, join(parentPath, name));
  }
}

import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { assertAnswer, badInputs, filesOf, type BadInput } from "../support/bad-input.ts";
import { gitops, newHome } from "../support/cli.ts";
import { gitIn, startGitServer, writeFiles, type Files } from "../support/git-server.ts";

const rows = badInputs("content");
const outside: Files = { "outside/a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: outside}}\n" };
const folderOf = (row: BadInput): string => `row-${rows.indexOf(row)}`;
const allFiles: Files = Object.assign({}, outside, ...rows.filter(({ local }) => local !== true).map((row) => filesOf(row, folderOf(row))));

const server = await startGitServer();
after(() => server.close());
const repository = await server.createRepository("rows", allFiles);

const home = newHome();
const workTree = join(home, "work");
await mkdir(workTree);
await gitIn(workTree, "init", "--quiet");
await writeFiles(workTree, outside);

describe("what a repository holds", { concurrency: availableParallelism() }, () => {
  for (const row of rows) {
    const { id, claim, build = "", args = [], local = false } = row;
    const name = folderOf(row);
    test(`${id} ${claim}: exit ${row.exit} from a folder`, async () => {
      await writeFiles(workTree, filesOf(row, name));
      assertAnswer(await gitops(["build", join(workTree, name, build), ...args], { home }), row);
    });
    if (local) continue;
    test(`${id} ${claim}: exit ${row.exit} from a commit`, async () => {
      const source = ["--repo", repository.url, "--ref", "main", "--path", join(name, build)];
      assertAnswer(await gitops(["build", ...source, ...args], { home }), row);
    });
  }
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileTreeContract } from "../../contract/file-tree.contract.ts";
import { gitIn, startGitServer, writeFiles } from "../../support/git-server.ts";
import { memoryTree } from "../../support/memory-tree.ts";
import { fetchFrom, newFetcher, quietOptions } from "./fetching.ts";

const base = await mkdtemp(join(tmpdir(), "trees-"));
const server = await startGitServer();
after(async () => {
  await server.close();
  await rm(base, { recursive: true, force: true });
});
let count = 0;

fileTreeContract("in memory", async (files) => memoryTree(files));

fileTreeContract("of a Git commit", async (files) => {
  const { url } = await server.createRepository(`tree-${count++}`, files);
  return (await fetchFrom(url)).tree;
});

fileTreeContract("of a Git commit on a server without partial clone", async (files) => {
  const name = `whole-${count++}`;
  const { url } = await server.createRepository(name, files);
  await server.git(name, "config", "uploadpack.allowFilter", "false");
  return (await fetchFrom(url)).tree;
});

fileTreeContract("of a work tree", async (files) => {
  const folder = join(base, String(count++));
  await writeFiles(folder, files);
  await gitIn(folder, "init", "--quiet");
  const fetcher = await newFetcher();
  return (await fetcher.fetch({ type: "directory", path: folder }, quietOptions())).tree;
});

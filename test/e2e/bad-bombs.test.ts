import { mkdir, open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertAnswer } from "../support/bad-input.ts";
import { gitops, newHome } from "../support/cli.ts";
import { gitIn, writeFiles, type Files } from "../support/git-server.ts";

/** Content that is small to write and large to read: each must end at a limit, within this much memory and without a crash. */
const MEGABYTES = 512;
const MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n";
const HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

const bombs: Readonly<Record<string, { readonly files: Files; readonly build?: string; readonly says: RegExp }>> = {
  "B14 66 nested bases": { files: nestedBases(66), build: "d0", says: /nested bases/ },
  "B21 nine levels of aliases": { files: { "a.yaml": `${HEAD}${aliases(9)}` }, says: /a\.yaml.*values/ },
  "B21 nine levels of aliases in a kustomization": { files: { "kustomization.yaml": aliases(9) }, says: /kustomization\.yaml.*values/ },
  "B21 nine levels of aliases in a patch": {
    files: { "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n", "a.yaml": MAP, "p.yaml": `${HEAD}${aliases(9)}` },
    says: /p\.yaml.*values/,
  },
  "B22 1,200 brackets": { files: { "a.yaml": `${HEAD}data: ${"[".repeat(1200)}` }, says: /a\.yaml:4:\d+: nested deeper than 100 levels/ },
  "B22 1,200 brackets, twice": {
    files: { "a.yaml": `${HEAD}data: ${"[".repeat(1200)}`, "b.yaml": `${HEAD}data: ${"[".repeat(1200)}` },
    says: /nested deeper than 100 levels/,
  },
  "B22 200,000 braces in JSON": { files: { "a.json": '{"a":'.repeat(200_000) }, says: /a\.json.*nested deeper than 100 levels/ },
  "B22 200,000 levels of dashes": { files: { "a.yaml": "- ".repeat(200_000) }, says: /a\.yaml.*nested deeper than 100 levels/ },
  "B22 1,200 brackets in a JSON patch": {
    files: {
      "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.json, target: {name: a}}]\n",
      "a.yaml": MAP,
      "p.json": "[".repeat(1200),
    },
    says: /p\.json.*nested deeper than 100 levels/,
  },
  "B24 a million documents": { files: { "a.yaml": `${"---\n".repeat(1_000_000)}${MAP}` }, says: /documents/ },
  "B24 more objects than a build may have": {
    files: { "a.yaml": Array.from({ length: 20_001 }, (_, index) => MAP.replace("name: a", `name: a${index}`)).join("---\n") },
    says: /20,?000/,
  },
  "B40 lists in lists, 50 deep": {
    files: { "a.yaml": `${"{apiVersion: v1, kind: List, items: [".repeat(50)}${MAP.trim()}${"]}".repeat(50)}` },
    says: /a\.yaml.*nested deeper than 100 levels/,
  },
};

function nestedBases(count: number): Files {
  const file = (index: number): string => (index + 1 === count ? "resources: []\n" : `resources: [../d${index + 1}]\n`);
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}/kustomization.yaml`, file(index)]));
}

/** Each level holds the one above nine times. */
function aliases(levels: number): string {
  const line = (level: number): string =>
    `l${level}: &l${level} [${Array(9)
      .fill(level === 0 ? "lol" : `*l${level - 1}`)
      .join(", ")}]\n`;
  return Array.from({ length: levels }, (_, level) => line(level)).join("");
}

const home = newHome();
const workTree = join(home, "work");
await mkdir(workTree);
await gitIn(workTree, "init", "--quiet");

function build(folder: string) {
  return gitops(["build", folder], { home, env: { NODE_OPTIONS: `--max-old-space-size=${MEGABYTES}` } });
}

describe("content that is larger than it looks ends at a limit, exit 15", { concurrency: availableParallelism() }, () => {
  for (const [name, { files, build: path = "", says }] of Object.entries(bombs)) {
    test(name, async () => {
      const folder = join(workTree, name.replaceAll(/\W+/g, "-"));
      await writeFiles(folder, files);
      assertAnswer(await build(join(folder, path)), { exit: 15, says: says.source });
    });
  }

  test("B23 a file of 200 MiB is refused by its size, unread", async () => {
    const folder = join(workTree, "large");
    await mkdir(folder);
    const file = await open(join(folder, "a.yaml"), "w");
    await file.truncate(200 << 20);
    await file.close();
    assertAnswer(await build(folder), { exit: 15, says: "a\\.yaml is larger than 33554432 bytes" });
  });
});

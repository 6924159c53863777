import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { parseRepositorySpec } from "../../src/engine/build/kustomize/remote/repository-spec.ts";
import { repositorySpecOracle } from "../support/build-repository-spec-oracle.mjs";

const oracle = repositorySpecOracle((line) => process.stderr.write(`${line}\n`));
const skip = oracle === undefined ? "not here: Go, to build kustomize's own parser with" : false;
const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_101);
const count = Number(process.env["GITOPS_TREES"] ?? 200) * 50;
const DEFAULT_TIMEOUT_MS = 27_000;

const some = (...texts: readonly string[]) => fc.constantFrom(...texts);
const entry = fc
  .tuple(
    some("", "", "git::", "GIT::"),
    some("", "", "https://", "ssh://", "http://", "file://", "HTTPS://", "htxp://", "/", "../", "./"),
    some("", "", "git@", "org-1@", "user:password@", "1@", "-@"),
    some("github.com", "GitHub.com", "ssh.github.com:443", "host", "h.example:8443", "[::1]", "github.com.evil", "a/github.com", ""),
    some("/", "/", ":", "//", "", "!"),
    some("o/r", "o", "a/b/c", "o/r.git", "a/b/r.git", "p/_git/r", "_git/r", "o/r.github.io", "user:name/r", "o/../r", ".git", ""),
    some("", "/", "//", "/path", "//path/to", "//path/../..", "//../x", "/path//more", "/../..", "//a/./b/", "/%41", ".git//x", "//.git"),
    some(
      "",
      "?",
      "?ref=v1",
      "?version=v2",
      "?ref=&version=v3",
      "?ref=a/b",
      "?ref=a%2Fb+c",
      "?ref=x?ref=y",
      "?ref=%zz",
      "?ref=v;x",
      "?x&ref=y&ref=z",
    ),
    some(
      "",
      "&timeout=5",
      "&timeout=5m",
      "&timeout=1h2m3.5s",
      "&timeout=0",
      "&timeout=-1",
      "&timeout=x",
      "&timeout=.5s",
      "&timeout=5ms",
      "&timeout=+7",
      "&submodules=false",
    ),
  )
  .map((parts) => parts.join(""));

function ours(text: string): unknown {
  const spec = parseRepositorySpec(text);
  if (spec === undefined) return null;
  return { url: spec.url, path: spec.path, ref: spec.ref, timeout: Math.round((spec.deadlineMs ?? DEFAULT_TIMEOUT_MS) * 1e6) };
}

test(`${count} entries are read as by the original (seed ${seed})`, { skip }, () => {
  const entries = fc.sample(entry, { seed, numRuns: count });
  const input = entries.map((each) => JSON.stringify(each)).join("\n");
  const { stdout, status } = spawnSync(oracle ?? "", { input, encoding: "utf8", maxBuffer: 64 << 20 });
  assert.equal(status, 0);
  const answers = stdout.trimEnd().split("\n");
  let repositories = 0;
  for (const [index, text] of entries.entries()) {
    const expected: unknown = JSON.parse(answers[index] ?? "");
    if (expected !== null) repositories++;
    assert.deepEqual(ours(text), expected, text);
  }
  assert.ok(repositories > count / 4, `only ${repositories} of them are repositories`);
});

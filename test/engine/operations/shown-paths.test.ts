import assert from "node:assert/strict";
import { test } from "node:test";
import type { Artifact } from "../../../src/engine/model/artifact.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { withShownPaths } from "../../../src/engine/operations/shown-paths.ts";
import { memoryTree } from "../../support/memory-tree.ts";

function artifact(source: Artifact["source"], path: string): Artifact {
  return { source, path, revision: "sha256:0", tree: memoryTree({}) };
}

const places = "app/b.yaml:2: configmap/x is declared twice, first at app/a.yaml:1; not my-app/c, not /data/app/d, not etc/app/e";
const failing = async (): Promise<never> => {
  const diagnostics = [{ severity: "error", file: "app/b.yaml", line: 2, message: "twice, first at app/a.yaml:1" }];
  throw new GitOpsError("BUILD_FAILED", places, { hint: "there are app/c.yaml", data: { path: "app/b.yaml", diagnostics } });
};

test("outside Git a problem stands at an absolute path, in message, hint and data", async () => {
  await assert.rejects(withShownPaths(artifact({ type: "directory", path: "/app" }, "app"), failing), {
    code: "BUILD_FAILED",
    message: "/app/b.yaml:2: configmap/x is declared twice, first at /app/a.yaml:1; not my-app/c, not /data/app/d, not etc/app/e",
    hint: "there are /app/c.yaml",
    data: {
      path: "/app/b.yaml",
      diagnostics: [{ severity: "error", file: "/app/b.yaml", line: 2, message: "twice, first at /app/a.yaml:1" }],
    },
  });
});

test("in a repository places count from its top", async () => {
  for (const source of [
    { type: "directory", path: "/home/kim/shop/app" },
    { type: "git", url: "https://git.example/shop.git", ref: { type: "default" }, path: "app" },
  ] as const)
    await assert.rejects(withShownPaths(artifact(source, "app"), failing), { message: places });
});

import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Repositories of others, as data: beside the clone, or where GITOPS_EXAMPLES says. */
export const examplesFolder = resolve(
  process.env["GITOPS_EXAMPLES"] ?? fileURLToPath(new URL("../../../shared/examples", import.meta.url)),
);

/** Why tests on them are skipped, or false. */
export function skipWithoutExamples(): string | false {
  return existsSync(join(examplesFolder, "podinfo"))
    ? false
    : "not here: repositories of others (../shared/examples, or the folder in GITOPS_EXAMPLES)";
}

/**
 * Folders that a person could deliver: every one with a kustomization, and the topmost of all others that hold YAML.
 * Below the examples, with forward slashes, sorted.
 */
export function exampleFolders(): string[] {
  const found: string[] = [];
  const visit = (folder: string, covered: boolean): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const isOverlay = files.some((name) => /^kustomization\.ya?ml$/.test(name));
    const isPlain = !covered && files.some((name) => /\.(ya?ml|json)$/.test(name));
    if (isOverlay || isPlain) found.push(relative(examplesFolder, folder).split("\\").join("/"));
    for (const entry of entries) if (entry.isDirectory()) visit(join(folder, entry.name), covered || isOverlay || isPlain);
  };
  for (const repository of readdirSync(examplesFolder).filter((name) => name !== "README.md")) {
    for (const entry of readdirSync(join(examplesFolder, repository), { withFileTypes: true })) {
      if (entry.isDirectory()) visit(join(examplesFolder, repository, entry.name), false);
    }
  }
  return found.sort();
}

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A case of fixtures/kustomize: a tree, the folder in it that is built, and the file with what the original prints. */
export interface KustomizeFixture {
  readonly name: string;
  readonly input: string;
  readonly path: string;
  readonly expected: string;
}

const folder = fileURLToPath(new URL("../../fixtures/kustomize/", import.meta.url));

/** Every fixture: a new folder is a new case. `overlay` is built where there is one, else the top of the input. */
export function kustomizeFixtures(): readonly KustomizeFixture[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const input = `${folder}${name}/input`;
      return { name, input, path: existsSync(`${input}/overlay`) ? "overlay" : "", expected: `${folder}${name}/expected.yaml` };
    });
}

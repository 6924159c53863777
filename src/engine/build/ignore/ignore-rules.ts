import { matchesPattern, parseIgnoreFile, type IgnorePattern } from "./pattern.ts";

/** The name of the file that says what a build leaves out, in each folder. */
export const IGNORE_FILE = ".sourceignore";

/** What a folder's ignore files leave out; those of its parents count too, and the last pattern that matches decides. */
export interface IgnoreRules {
  ignores(path: string, isDirectory: boolean): boolean;
  /** With the ignore file of a folder below. */
  with(folder: string, text: string): IgnoreRules;
}

interface Layer {
  /** Ends with a slash, or is empty for the top. */
  readonly prefix: string;
  readonly patterns: readonly IgnorePattern[];
}

// The lists that Flux leaves out of an artifact before it reads `.sourceignore` (fluxcd/pkg/sourceignore), and our own folder.
const DEFAULTS = `
.git/
.gitignore
.gitmodules
.gitattributes
*.jpg
*.jpeg
*.gif
*.png
*.wmv
*.flv
*.tar.gz
*.zip
.github/
.circleci/
.travis.yml
.gitlab-ci.yml
appveyor.yml
.drone.yml
cloudbuild.yaml
codeship-services.yml
codeship-steps.yml
**/.goreleaser.yml
**/.sops.yaml
**/.flux.yaml
.gitops/
`;

/** The rules that hold before any ignore file is read. */
export function defaultIgnoreRules(): IgnoreRules {
  return rulesOf([{ prefix: "", patterns: parseIgnoreFile(DEFAULTS) }]);
}

function rulesOf(layers: readonly Layer[]): IgnoreRules {
  return {
    ignores(path, isDirectory) {
      for (const { prefix, patterns } of layers.toReversed()) {
        if (!path.startsWith(prefix)) continue;
        const match = patterns.findLast((pattern) => matchesPattern(pattern, path.slice(prefix.length), isDirectory));
        if (match !== undefined) return !match.negated;
      }
      return false;
    },
    with: (folder, text) => rulesOf([...layers, { prefix: folder === "" ? "" : `${folder}/`, patterns: parseIgnoreFile(text) }]),
  };
}

import { matchesPattern, parseIgnoreFile, type IgnorePattern } from "./pattern.ts";

/** The name of the file that says what a build leaves out, in each folder. */
export const IGNORE_FILE = ".sourceignore";

/** What a folder's ignore files leave out; those of its parents count too, and the last pattern that matches decides. */
export interface IgnoreRules {
  ignores(path: string, isDirectory: boolean): boolean;
  /**
   * Whether Flux leaves a path out of an artifact: patterns match folders above it too, so that, unlike in Git, a later pattern takes
   * a file in again whose folder is left out.
   */
  leavesOut(path: string, isDirectory: boolean): boolean;
  /** With the ignore file of a folder below. */
  with(folder: string, text: string): IgnoreRules;
}

interface Layer {
  /** Ends with a slash, or is empty for the top. */
  readonly prefix: string;
  readonly patterns: readonly IgnorePattern[];
}

// The lists that Flux leaves out of an artifact before it reads `.sourceignore` (fluxcd/pkg/sourceignore).
const VERSION_CONTROL = `
.git/
.gitignore
.gitmodules
.gitattributes
`;
const NO_MANIFESTS = `
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
`;
const OUR_OWN = ".gitops/";

/** The rules that hold before any ignore file is read. */
export function defaultIgnoreRules(): IgnoreRules {
  return rulesOf([{ prefix: "", patterns: parseIgnoreFile(VERSION_CONTROL + NO_MANIFESTS + OUR_OWN) }]);
}

/** What source-controller starts from: version control's own files, and its further list only where nobody says what to ignore. */
export function sourceIgnoreRules(isSaid: boolean): IgnoreRules {
  return rulesOf([{ prefix: "", patterns: parseIgnoreFile(isSaid ? VERSION_CONTROL : VERSION_CONTROL + NO_MANIFESTS) }]);
}

function rulesOf(layers: readonly Layer[]): IgnoreRules {
  function decide(path: string, matches: (pattern: IgnorePattern, inside: string) => boolean): boolean {
    for (const { prefix, patterns } of layers.toReversed()) {
      if (!path.startsWith(prefix)) continue;
      const match = patterns.findLast((pattern) => matches(pattern, path.slice(prefix.length)));
      if (match !== undefined) return !match.negated;
    }
    return false;
  }

  return {
    ignores: (path, isDirectory) => decide(path, (pattern, inside) => matchesPattern(pattern, inside, isDirectory)),
    leavesOut: (path, isDirectory) =>
      decide(
        path,
        (pattern, inside) =>
          matchesPattern(pattern, inside, isDirectory) || foldersAbove(inside).some((each) => matchesPattern(pattern, each, true)),
      ),
    with: (folder, text) => rulesOf([...layers, { prefix: folder === "" ? "" : `${folder}/`, patterns: parseIgnoreFile(text) }]),
  };
}

function foldersAbove(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}

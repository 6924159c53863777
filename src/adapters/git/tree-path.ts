import { GitOpsError } from "../../engine/model/errors.ts";

const MAX_PATH_BYTES = 4096;
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The segments of a path inside a tree, `.` and `..` resolved as text.
 * @throws PATH_ESCAPES_REPOSITORY for an absolute path and one that climbs out, UNSUPPORTED_CONTENT for one that no file can have.
 */
export function pathSegments(path: string): readonly string[] {
  if (path.startsWith("/")) throw escapes(path);
  if (CONTROL.test(path) || path.length > MAX_PATH_BYTES) {
    const what = CONTROL.test(path) ? "contains control characters" : `is longer than ${MAX_PATH_BYTES} bytes`;
    throw new GitOpsError("UNSUPPORTED_CONTENT", `the path ${shown(path)} ${what}`, {
      hint: "rename the file",
      data: { path: shown(path) },
    });
  }
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) throw escapes(path);
  }
  return segments;
}

/**
 * Refuses names that no honest commit has: they would lead out of a folder, or into Git's own files.
 * @param folder where the entry stands, for the message.
 */
export function checkEntryName(name: string, folder: string): void {
  const lower = name.toLowerCase();
  if (name === "" || name === "." || name === ".." || lower === ".git" || lower === "git~1" || name.includes("/")) {
    throw new GitOpsError(
      "PATH_ESCAPES_REPOSITORY",
      `the folder ${folder === "" ? "." : folder} has an entry named ${JSON.stringify(name)}, which is forbidden`,
      {
        hint: "such a commit cannot be made by git itself: do not trust it",
        data: { path: folder },
      },
    );
  }
}

/** The error for a path that leaves the tree. */
export function escapes(path: string, link?: string): GitOpsError {
  const what = link === undefined ? `the path ${shown(path)}` : `the link ${shown(link)}`;
  return new GitOpsError("PATH_ESCAPES_REPOSITORY", `${what} leaves the repository`, {
    hint: "paths and links must stay inside the repository",
    data: { path: shown(link ?? path) },
  });
}

/** The error for a path where nothing stands. */
export function noSuchPath(path: string, what = "file or folder"): GitOpsError {
  return new GitOpsError("PATH_NOT_FOUND", `no such ${what}: ${shown(path === "" ? "." : path)}`, {
    hint: "check the path, and that this revision has it",
    data: { path: shown(path) },
  });
}

function shown(path: string): string {
  const printable = JSON.stringify(path).slice(1, -1);
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable;
}

import { posix } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { Remote } from "./remote.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "./repository-url.ts";
import { ANONYMOUS } from "./secret-credentials.ts";

/**
 * Where a submodule is fetched from. Its URL is a repository's own text, so it leads to no place on this machine and never from https
 * to http, and what the parent is fetched with goes to the parent's server only.
 *
 * @param text the submodule's `url`, relative to the parent's where it begins with a dot.
 * @throws PROTOCOL_FORBIDDEN, UNSUPPORTED_CONTENT for what is no URL, UNAUTHENTICATED for an ssh server that the Secret is not for.
 */
export function moduleRemote(parent: Remote, text: string, path: string): Remote {
  const url = moduleUrl(parent.url, text, path);
  if (url.origin === parent.url.origin) return { ...parent, url };
  if (parent.secret === undefined) {
    const { GITOPS_GIT_TOKEN: _, ...environment } = parent.credentials.environment;
    return { ...parent, url, credentials: { ...parent.credentials, token: undefined, environment } };
  }
  if (url.transport === "ssh")
    throw new GitOpsError("UNAUTHENTICATED", `the submodule ${path} is on another ssh server than its repository: ${url.url}`, {
      hint: "the Secret of a source is for its own server: use https for the submodule, or the same server",
      data: { path },
    });
  return { ...parent, url, secret: ANONYMOUS };
}

function moduleUrl(parent: RepositoryUrl, text: string, path: string): RepositoryUrl {
  const absolute = /^\.{1,2}(?:\/|$)/.test(text) ? relativeTo(parent, text, path) : text;
  try {
    return parseRepositoryUrl(absolute, { allowLocal: false, allowHttp: parent.transport === "http", workingDirectory: "/" });
  } catch (cause) {
    if (!(cause instanceof GitOpsError)) throw cause;
    const code = cause.code === "PROTOCOL_FORBIDDEN" ? cause.code : "UNSUPPORTED_CONTENT";
    throw new GitOpsError(code, `the URL of the submodule ${path} cannot be used: ${cause.message}`, {
      hint: "use https, ssh, or a URL relative to the repository's",
      data: { path },
      cause,
    });
  }
}

/** As git resolves it (git-submodule(1), "add"): `../other.git` is beside the repository. */
function relativeTo({ url, origin }: RepositoryUrl, text: string, path: string): string {
  const isScpLike = !url.includes("://");
  const prefix = isScpLike ? url.slice(0, url.indexOf(":", url.lastIndexOf("]") + 1) + 1) : origin;
  const base = url.slice(prefix.length);
  const joined = posix.join(base, text);
  if (joined === "" || joined === "/" || joined === "." || joined.startsWith("..") || (!isScpLike && climbsOut(base, text)))
    throw new GitOpsError("UNSUPPORTED_CONTENT", `the URL of the submodule ${path} leads above its server`, {
      hint: "count the ../ in .gitmodules",
      data: { path },
    });
  return prefix + joined;
}

function climbsOut(base: string, text: string): boolean {
  return posix.join(base.replace(/^\/+/, ""), text).startsWith("..");
}

/** A folder of a repository, as an entry of a kustomization names it. */
export interface RepositorySpec {
  /** What a client of Git is given: host and path of the repository. */
  readonly url: string;
  /** The folder inside of it, as written; "" for its top. */
  readonly path: string;
  /** Branch, tag or commit; "" for the remote's default branch. */
  readonly ref: string;
  /** How long fetching may take, in milliseconds, where the entry says so. */
  readonly deadlineMs: number | undefined;
}

const SCHEMES = ["ssh://", "https://", "http://", "file://"];
const FILE = "file://";
/** Without any mark in it, the path of a repository has an owner and a name. */
const DEFAULT_SEGMENTS = 2;

/**
 * Reads an entry as kustomize does (api/internal/git/repospec.go): `https://`, `ssh://`, `http://` and `file://` URLs, `user@host:path`,
 * `github.com/owner/name`, all with an optional `git::` before. The repository ends behind `_git/NAME`, at `//`, behind `.git`, or after
 * two segments. The query may have `ref` (or `version`), `timeout` and `submodules`.
 *
 * @returns undefined for what is no repository, which then is a local path.
 */
export function parseRepositorySpec(entry: string): RepositorySpec | undefined {
  if (entry.startsWith("/")) return undefined;
  const question = entry.indexOf("?");
  const address = question < 0 ? entry : entry.slice(0, question);
  const found = splitHost(withoutPrefix(address, "git::") ?? address);
  if (found === undefined) return undefined;
  const parts = splitMarked(found.rest) ?? splitByLength(found.rest, found.host === FILE);
  if (parts === undefined || parts.repository === "" || leaves(parts.folder)) return undefined;
  return {
    url: found.host + parts.repository,
    path: parts.folder.replace(/^\//, ""),
    ...readQuery(question < 0 ? "" : entry.slice(question + 1)),
  };
}

/** Whether a URL says by itself that a repository is meant: no server is asked then whether it has a file there. */
export function isMarkedRepository(url: string): boolean {
  const path = url.replace(/\?.*$/, "").replace(/^[a-z]+:\/\//i, "");
  return /\/\/|\.git(?:\/|$)|\/_git\//.test(path) && !/\.(?:ya?ml|json)$/i.test(path);
}

function splitHost(text: string): { readonly host: string; readonly rest: string } | undefined {
  const scheme = SCHEMES.find((each) => withoutPrefix(text, each) !== undefined) ?? "";
  const behind = text.slice(scheme.length);
  const user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(behind)?.[0] ?? "";
  const rest = behind.slice(user.length);
  const isGitHub = /^github\.com[/:]/i.test(rest);
  const isScpLike = scheme === "" && (user !== "" || isGitHub);
  if (scheme === "" && !isScpLike) return undefined;
  if (scheme === FILE) return { host: FILE, rest: user + rest };
  const end = separatorOf(rest, isScpLike);
  const path = end < 0 ? "" : rest.slice(end + 1);
  if (isGitHub) return { host: scheme === "ssh://" || user !== "" ? `${user}github.com:` : "https://github.com/", rest: path };
  // Without a separator all of it is the host, and no path is left: no repository then.
  const host = end < 0 ? rest : rest.slice(0, end + 1);
  return host === "" ? undefined : { host: scheme + user + host, rest: path };
}

/** The colon separates only where no slash stands before it. */
function separatorOf(text: string, isScpLike: boolean): number {
  const slash = text.indexOf("/");
  const colon = text.indexOf(":");
  return isScpLike && (slash < 0 || (colon > 0 && colon < slash)) ? colon : slash;
}

interface PathParts {
  readonly repository: string;
  readonly folder: string;
}

function splitMarked(text: string): PathParts | undefined {
  const marker = "_git/";
  const marked = text.indexOf(marker);
  if (marked >= 0) {
    const [name = "", ...folder] = text.slice(marked + marker.length).split("/");
    return { repository: text.slice(0, marked + marker.length) + name, folder: folder.join("/") };
  }
  const double = text.indexOf("//");
  if (double >= 0) return { repository: text.slice(0, double), folder: text.slice(double + 2) };
  const suffix = text.indexOf(".git");
  if (suffix < 0) return undefined;
  const end = suffix + ".git".length;
  return { repository: text.slice(0, end), folder: text.slice(end) };
}

function splitByLength(text: string, isFile: boolean): PathParts | undefined {
  if (isFile) return { repository: text, folder: "" };
  const segments = text.split("/");
  if (segments.length < DEFAULT_SEGMENTS) return undefined;
  return { repository: segments.slice(0, DEFAULT_SEGMENTS).join("/"), folder: segments.slice(DEFAULT_SEGMENTS).join("/") };
}

/** Whether a folder leads out of its repository, by kustomize's look at the text; behind two slashes it sees nothing. */
function leaves(folder: string): boolean {
  if (folder.startsWith("//")) return false;
  let depth = 0;
  for (const segment of folder.split("/")) {
    if (segment === "..") depth--;
    else if (segment !== "" && segment !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function readQuery(query: string): Pick<RepositorySpec, "ref" | "deadlineMs"> {
  const values = queryValues(query);
  const ref = values.get("ref") ?? "";
  return { ref: ref === "" ? (values.get("version") ?? "") : ref, deadlineMs: milliseconds(values.get("timeout") ?? "") };
}

/** The first value of each key. A query that Go's net/url refuses counts as empty. */
function queryValues(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    if (pair.includes(";")) return new Map();
    const equals = pair.indexOf("=");
    const [key, value] = [decoded(equals < 0 ? pair : pair.slice(0, equals)), decoded(equals < 0 ? "" : pair.slice(equals + 1))];
    if (key === undefined || value === undefined) return new Map();
    if (!values.has(key)) values.set(key, value);
  }
  return values;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined; // a wrong percent escape
  }
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Whole seconds, or a duration of Go's. Undefined for anything else, and for nothing. */
function milliseconds(text: string): number | undefined {
  if (/^\+?\d+$/.test(text)) return Number(text) > 0 ? Number(text) * 1000 : undefined;
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (text.replace(/^\+/, "") !== parts.map(([part]) => part).join("")) return undefined;
  const total = parts.reduce((sum, [, amount = "", unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
  return total > 0 ? total : undefined;
}

function withoutPrefix(text: string, prefix: string): string | undefined {
  return text.slice(0, prefix.length).toLowerCase() === prefix ? text.slice(prefix.length) : undefined;
}

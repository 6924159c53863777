import { isAbsolute, resolve } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";

/** A user name and a password, or a token as the password. */
interface UrlCredentials {
  readonly username: string;
  readonly password: string;
}

/** Where a repository lies, in a form that carries no secret. */
export interface RepositoryUrl {
  readonly transport: "https" | "http" | "ssh" | "file";
  /** Normalised: lower-case scheme and host, no default port, no credentials, no trailing slash. What git is given. */
  readonly url: string;
  /** `scheme://host[:port]`, what credentials are bound to; "" for files. */
  readonly origin: string;
  /** What the typed URL carried; for the caller to use and never to record. */
  readonly credentials: UrlCredentials | undefined;
}

/** What a URL may be. */
export interface UrlRules {
  /** `file://`, plain paths and `http://`: only where a person typed the URL. */
  readonly allowLocal: boolean;
  /** `http://` all the same: where an object declares the URL. */
  readonly allowHttp?: boolean;
  /** What a relative path is relative to. */
  readonly workingDirectory: string;
}

const MAX_LENGTH = 2048;
const DEFAULT_PORT: Readonly<Record<string, string>> = { https: "443", http: "80", ssh: "22" };
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?$/;
const IPV6 = /^\[[0-9a-f:.]+\]$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;

/**
 * Reads a repository URL by a closed grammar: https, ssh, scp-like; file, plain path and http where allowed.
 * What git would understand beside these (transport helpers such as `ext::`, other protocols) never reaches it.
 *
 * @throws PROTOCOL_FORBIDDEN for a transport that is not allowed here, USAGE for a text that is no clean URL. Neither quotes the text.
 */
export function parseRepositoryUrl(text: string, rules: UrlRules): RepositoryUrl {
  if (text === "" || text.length > MAX_LENGTH) throw usage("it is empty or too long");
  if (text.startsWith("-")) throw usage("it starts with a dash");
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\\]/.test(text)) throw usage("it contains a backslash or a control character");
  if (/%(?:[01][0-9a-f]|7f|5c)/i.test(text)) throw usage("it contains an encoded control character or backslash");
  if (/^\.{0,2}\//.test(text)) return parseLocalPath(text, rules);
  if (/^[A-Za-z0-9+.-]*::/.test(text)) throw forbidden("transport helpers");
  if (/\s/.test(text)) throw usage("it contains a space");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return parseSchemeUrl(scheme, text.slice(scheme.length + 3), rules);
  const colon = text.indexOf(":");
  const slash = text.indexOf("/");
  if (colon >= 0 && (slash < 0 || colon < slash || text.includes("["))) return parseScpLike(text);
  return parseLocalPath(text, rules);
}

function parseLocalPath(text: string, rules: UrlRules): RepositoryUrl {
  if (!rules.allowLocal) throw forbidden("local paths");
  return { transport: "file", url: resolve(rules.workingDirectory, text), origin: "", credentials: undefined };
}

function parseSchemeUrl(scheme: string, rest: string, rules: UrlRules): RepositoryUrl {
  switch (scheme) {
    case "https":
    case "ssh":
      return parseNetworkUrl(scheme, rest);
    case "http":
      if (!rules.allowLocal && rules.allowHttp !== true) throw forbidden("http:// URLs");
      return parseNetworkUrl(scheme, rest);
    case "file":
      if (!rules.allowLocal) throw forbidden("file:// URLs");
      return parseFileUrl(rest);
    default:
      throw forbidden("other protocols than https, ssh and http");
  }
}

function parseFileUrl(rest: string): RepositoryUrl {
  if (!isAbsolute(rest)) throw usage("a file URL has three slashes and an absolute path");
  return { transport: "file", url: resolve(decoded(rest)), origin: "", credentials: undefined };
}

function parseNetworkUrl(scheme: "https" | "http" | "ssh", rest: string): RepositoryUrl {
  const slash = rest.indexOf("/");
  if (slash < 0) throw usage("it names no repository");
  const authority = rest.slice(0, slash);
  const path = checkedPath(rest.slice(slash));
  const at = authority.lastIndexOf("@");
  const [username, password] = userinfo(authority.slice(0, Math.max(at, 0)));
  const { host, port } = hostAndPort(authority.slice(at + 1), scheme);
  if (scheme === "ssh") {
    if (password !== "") throw usage("an ssh URL carries no password");
    if (username !== "" && !USER.test(username)) throw usage("the user name is not a plain one");
    const origin = `ssh://${username === "" ? "" : `${username}@`}${host}${port}`;
    return { transport: "ssh", url: origin + path, origin, credentials: undefined };
  }
  const origin = `${scheme}://${host}${port}`;
  // A lone user name is how tokens are pasted (`https://TOKEN@host`): as secret as a password.
  const credentials =
    username === "" && password === "" ? undefined : password === "" ? { username: "git", password: username } : { username, password };
  return { transport: scheme, url: origin + path, origin, credentials };
}

function parseScpLike(text: string): RepositoryUrl {
  const match = /^(?:([^@/:]+)@)?(\[[^\]]+\]|[^@/:[\]]+):(.+)$/.exec(text);
  if (match === null) throw usage("it is neither a URL nor user@host:path");
  const [, username = "", rawHost = "", path = ""] = match;
  if (username !== "" && !USER.test(username)) throw usage("the user name is not a plain one");
  const { host } = hostAndPort(rawHost, "ssh");
  if (path.startsWith("-")) throw usage("the path starts with a dash");
  const clean = checkedPath(path.startsWith("/") ? path : `/${path}`);
  const user = username === "" ? "" : `${username}@`;
  // Kept scp-like: a relative path is relative to the home folder there, and absolute in an ssh:// URL.
  return {
    transport: "ssh",
    url: `${user}${host}:${path.startsWith("/") ? clean : clean.slice(1)}`,
    origin: `ssh://${user}${host}`,
    credentials: undefined,
  };
}

function hostAndPort(text: string, scheme: string): { readonly host: string; readonly port: string } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text);
  const host = match?.[1]?.toLowerCase() ?? "";
  const port = match?.[2];
  // Only ASCII: a host that looks like another one must be written in its xn-- form to be seen.
  if (host.length > 253 || !(HOST.test(host) || IPV6.test(host))) throw usage("its host is no plain host name");
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) throw usage("its port is out of range");
  return { host, port: port === undefined || port === DEFAULT_PORT[scheme] ? "" : `:${Number(port)}` };
}

function checkedPath(path: string): string {
  const clean = path.replace(/\/+$/, "");
  if (clean === "") throw usage("it names no repository");
  if (/[?#]/.test(clean)) throw usage("it has a query or a fragment");
  if (decoded(clean).split("/").includes("..")) throw usage("its path contains ..");
  return clean;
}

function userinfo(text: string): readonly [string, string] {
  const colon = text.indexOf(":");
  return colon < 0 ? [decoded(text), ""] : [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new GitOpsError("USAGE", "the repository URL is not valid: it has a wrong percent escape", { hint: HINT, cause });
  }
}

const HINT = "use https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH";

function usage(why: string): GitOpsError {
  return new GitOpsError("USAGE", `the repository URL is not valid: ${why}`, { hint: HINT });
}

function forbidden(what: string): GitOpsError {
  return new GitOpsError("PROTOCOL_FORBIDDEN", `${what} are not allowed for a repository here`, { hint: HINT });
}

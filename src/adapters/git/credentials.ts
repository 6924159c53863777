import type { RepositoryUrl } from "./repository-url.ts";
import type { ConfigEntry } from "./git-environment.ts";

/** How one repository is authenticated. Bound to its scheme, host and port; never shown, never recorded. */
export type Credential =
  | { readonly type: "password"; readonly username: string; readonly password: string }
  /** The value of an Authorization header, such as "Bearer …". */
  | { readonly type: "header"; readonly value: string };

/** Where a credential came from, in words for `doctor`. Holds no secret. */
export interface CredentialReport {
  readonly source: string;
  /** Whether this is what a fetch would use. */
  readonly isUsed: boolean;
}

/** What the person gave, and what the surroundings offer. */
export interface CredentialSources {
  /** From a flag or a file; for whatever repository is fetched. */
  readonly token: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** The `http.<url>.extraheader` and `credential.*` entries of the clone that the person stands in. */
  readonly clone: readonly ConfigEntry[];
  /** A person can be asked: Git's own credential helpers may be used. */
  readonly isInteractive: boolean;
}

interface Candidate {
  readonly source: string;
  readonly credential: Credential;
}

/** A token of a CI system, the variable that names the only server it is for, and the user name that the server expects. */
interface CiToken {
  readonly token: string;
  readonly server: string;
  readonly username: string;
}

const CI_TOKENS: readonly CiToken[] = [
  { token: "GITHUB_TOKEN", server: "GITHUB_SERVER_URL", username: "x-access-token" },
  { token: "CI_JOB_TOKEN", server: "CI_SERVER_URL", username: "gitlab-ci-token" },
  { token: "GITEA_TOKEN", server: "GITEA_SERVER_URL", username: "gitops" },
  // Gitea's and Forgejo's runners name their server as GitHub's do.
  { token: "GITEA_TOKEN", server: "GITHUB_SERVER_URL", username: "gitops" },
];

/**
 * The credential for a repository: the first of the URL's own, the flag or file, GITOPS_GIT_TOKEN, the CI system's token
 * for the host that the CI names, the clone's own header. Undefined where git is left to ssh agents or helpers.
 */
export function credentialFor(url: RepositoryUrl, sources: CredentialSources): Credential | undefined {
  return candidates(url, sources)[0]?.credential;
}

/** What could authenticate a repository, in the order in which it is tried. */
export function describeCredentials(url: RepositoryUrl, sources: CredentialSources): readonly CredentialReport[] {
  if (url.transport === "file") return [];
  if (url.transport === "ssh") {
    const hasAgent = (sources.environment["SSH_AUTH_SOCK"] ?? "") !== "";
    return [
      {
        source: hasAgent ? "ssh agent (SSH_AUTH_SOCK) and the keys of ~/.ssh" : "the keys of ~/.ssh (no agent: SSH_AUTH_SOCK is not set)",
        isUsed: true,
      },
    ];
  }
  const found = candidates(url, sources).map(({ source }, index) => ({ source, isUsed: index === 0 }));
  const hasHelper = sources.isInteractive || helperEntries(url, sources).length > 0;
  return hasHelper ? [...found, { source: "Git credential helper", isUsed: found.length === 0 }] : found;
}

/**
 * The credential helpers that git may ask, as configuration. Off a terminal and without a credential of ours there are
 * none: an empty helper drops those of the machine's configuration.
 */
export function helperConfiguration(url: RepositoryUrl, sources: CredentialSources): readonly ConfigEntry[] {
  if (credentialFor(url, sources) !== undefined) return [{ key: "credential.helper", value: "" }];
  const reset = sources.isInteractive ? [] : [{ key: "credential.helper", value: "" }];
  return [...reset, ...helperEntries(url, sources)];
}

function candidates(url: RepositoryUrl, sources: CredentialSources): readonly Candidate[] {
  if (url.transport !== "https" && url.transport !== "http") return [];
  const found: Candidate[] = [];
  const add = (source: string, credential: Credential | undefined) => {
    if (credential !== undefined) found.push({ source, credential });
  };
  add("the URL", url.credentials && { type: "password", ...url.credentials });
  add("--git-token-file", tokenCredential(sources.token));
  add("GITOPS_GIT_TOKEN", tokenCredential(sources.environment["GITOPS_GIT_TOKEN"]));
  for (const { token, server, username } of CI_TOKENS) {
    const isItsHost = originOf(sources.environment[server]) === url.origin;
    if (isItsHost) add(`${token} for ${url.origin}`, tokenCredential(sources.environment[token], username));
  }
  for (const { key, value } of sources.clone) {
    const scope = /^http\.(.+)\.extraheader$/i.exec(key)?.[1];
    if (scope !== undefined && isWithin(url, scope)) add("http.extraheader of this clone", headerCredential(value));
  }
  return found;
}

function helperEntries(url: RepositoryUrl, sources: CredentialSources): readonly ConfigEntry[] {
  return sources.clone.filter(({ key, value }) => {
    const scope = /^credential\.(.+)\.(?:helper|username)$/.exec(key)?.[1];
    // Only helpers that come with Git, by their plain name: a helper is a command, and this file may be another's.
    const isPlain =
      key.endsWith(".username") || /^(?:cache|store|osxkeychain|libsecret|wincred|manager)(?: --file[= ][\w./-]+)?$/.test(value);
    return scope !== undefined && isPlain && isWithin(url, scope);
  });
}

function tokenCredential(token: string | undefined, username = "git"): Credential | undefined {
  const trimmed = token?.trim() ?? "";
  // A line break would end the answer to git's question early, and start another header.
  return trimmed === "" || /[\r\n\0]/.test(trimmed) ? undefined : { type: "password", username, password: trimmed };
}

/** `AUTHORIZATION: basic …`, as CI systems leave it in a clone. Other headers are no credentials that git sends safely. */
function headerCredential(header: string): Credential | undefined {
  const match = /^authorization:\s*(\S+)\s+(\S+)\s*$/i.exec(header);
  if (match === null) return undefined;
  const [, scheme = "", value = ""] = match;
  if (scheme.toLowerCase() !== "basic") return { type: "header", value: `${scheme} ${value}` };
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { type: "password", username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Whether a URL lies at or below a scope such as `https://host/` or `https://host/group`. */
function isWithin(url: RepositoryUrl, scope: string): boolean {
  const origin = originOf(scope);
  if (origin !== url.origin) return false;
  const path = scope
    .slice(scope.indexOf("://") + 3)
    .replace(/^[^/]*/, "")
    .replace(/\/+$/, "");
  return path === "" || url.url === origin + path || url.url.startsWith(`${origin}${path}/`);
}

function originOf(text: string | undefined): string | undefined {
  const parsed = text === undefined ? null : URL.parse(text);
  return parsed === null || parsed.username !== "" || parsed.origin === "null" ? undefined : parsed.origin;
}

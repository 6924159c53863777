import { GitOpsError } from "../../engine/model/errors.ts";
import type { Credential } from "./credentials.ts";
import { isEncryptedKey } from "./private-key.ts";
import type { RepositoryUrl } from "./repository-url.ts";

/** A file that git or ssh reads a secret from, readable for this user only and gone with the session. */
export type SecretFile = "identity" | "known_hosts" | "ca.crt" | "tls.crt" | "tls.key";

/** All that a session may authenticate with: nothing of the person's own is used beside it. */
export interface SecretCredentials {
  readonly credential: Credential | undefined;
  readonly files: ReadonlyMap<SecretFile, Uint8Array>;
  /** Of the private key; undefined for one that is not encrypted. */
  readonly passphrase: string | undefined;
}

type SecretData = ReadonlyMap<string, Uint8Array>;

/** Nobody's: what is fetched so is public. */
export const ANONYMOUS: SecretCredentials = { credential: undefined, files: new Map(), passphrase: undefined };

const USERNAMES = ["username", "password", "bearerToken", "tls.crt", "tls.key"];

/**
 * The credentials in a Secret beside a GitRepository, by the keys that Flux reads (fluxcd/pkg/git, `AuthOptions`): for https
 * `username` and `password` or `bearerToken`, `ca.crt` (before `caFile`), `tls.crt` and `tls.key`; for ssh `identity`, `known_hosts`
 * and the key's `password`.
 *
 * @throws UNSUPPORTED_CONTENT for a GitHub App, PROTOCOL_FORBIDDEN for credentials over http, HOST_KEY_UNKNOWN for ssh without known
 * hosts, UNAUTHENTICATED for what is missing or cannot be sent. Keys are named, values never.
 */
export function secretCredentials(url: RepositoryUrl, secret: SecretData): SecretCredentials {
  const app = [...secret.keys()].find((key) => key.startsWith("githubApp"));
  if (app !== undefined)
    throw new GitOpsError("UNSUPPORTED_CONTENT", `the Secret of ${url.url} holds a GitHub App (${app}), which is not supported`, {
      hint: "use username and password with a token, or an ssh identity",
    });
  if (url.transport === "ssh") return sshCredentials(url, secret);
  if (url.transport === "http") refusePlain(url, secret);
  const authority = bytesOf(secret, "ca.crt") ?? bytesOf(secret, "caFile");
  const files = new Map<SecretFile, Uint8Array>(authority === undefined ? [] : [["ca.crt", authority]]);
  const [certificate, key] = [bytesOf(secret, "tls.crt"), bytesOf(secret, "tls.key")];
  if ((certificate === undefined) !== (key === undefined)) throw unusable(url, "has only one of tls.crt and tls.key", "give both, or none");
  if (certificate !== undefined && key !== undefined) {
    files.set("tls.crt", certificate);
    files.set("tls.key", key);
  }
  return { credential: httpCredential(url, secret), files, passphrase: undefined };
}

/** Refuses a declared http:// URL that carries credentials, or whose Secret does. Throws PROTOCOL_FORBIDDEN. */
export function refusePlain(url: RepositoryUrl, secret: SecretData): void {
  const key = USERNAMES.find((name) => bytesOf(secret, name) !== undefined);
  if (url.credentials === undefined && key === undefined) return;
  throw new GitOpsError("PROTOCOL_FORBIDDEN", `credentials are not sent unencrypted: ${url.url}`, {
    hint: "use https://, or fetch without a Secret",
  });
}

function httpCredential(url: RepositoryUrl, secret: SecretData): Credential | undefined {
  const token = textOf(url, secret, "bearerToken");
  const inUrl = url.credentials;
  if (token !== "") {
    if (inUrl !== undefined) throw unusable(url, "has a bearerToken, and the URL a user name", "keep one of them");
    return { type: "header", value: `Bearer ${token}` };
  }
  const username = textOf(url, secret, "username") || (inUrl?.username ?? "");
  const password = textOf(url, secret, "password") || (inUrl?.password ?? "");
  if (username === "" && password !== "") throw unusable(url, "has a password without a username", "add the key username");
  return username === "" ? undefined : { type: "password", username, password };
}

function sshCredentials(url: RepositoryUrl, secret: SecretData): SecretCredentials {
  const identity = bytesOf(secret, "identity");
  if (identity === undefined) throw unusable(url, "has no identity", "ssh needs the keys identity and known_hosts");
  const knownHosts = bytesOf(secret, "known_hosts");
  if (knownHosts === undefined)
    throw new GitOpsError("HOST_KEY_UNKNOWN", `the Secret of ${url.url} has no known_hosts`, {
      hint: "add the server's host keys (ssh-keyscan HOST), checked with its owner, as the key known_hosts",
    });
  // ssh reads no key whose last line is not ended, nor one with the line ends of Windows; Flux's library does.
  const key = `${Buffer.from(identity).toString("latin1").replaceAll("\r\n", "\n").trimEnd()}\n`;
  const passphrase = textOf(url, secret, "password");
  if (passphrase === "" && isEncryptedKey(key))
    throw unusable(url, "has an encrypted identity and no password", "add its passphrase as the key password");
  return {
    credential: undefined,
    files: new Map<SecretFile, Uint8Array>([
      ["identity", Buffer.from(key, "latin1")],
      ["known_hosts", Buffer.concat([knownHosts, Buffer.from("\n")])],
    ]),
    passphrase: passphrase === "" ? undefined : passphrase,
  };
}

function bytesOf(secret: SecretData, key: string): Uint8Array | undefined {
  const value = secret.get(key);
  return value === undefined || value.length === 0 ? undefined : value;
}

/** Line ends at the end of a value come from how the Secret was made; inside they would end a header or an answer early. */
function textOf(url: RepositoryUrl, secret: SecretData, key: string): string {
  const text = Buffer.from(secret.get(key) ?? [])
    .toString("utf8")
    .replace(/[\r\n]+$/, "");
  if (/[\r\n\0]/.test(text)) throw unusable(url, `has a line break in ${key}`, "write the value as one line");
  return text;
}

function unusable(url: RepositoryUrl, what: string, hint: string): GitOpsError {
  return new GitOpsError("UNAUTHENTICATED", `the Secret of ${url.url} ${what}`, { hint });
}

import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { credentialFor, helperConfiguration, type Credential, type CredentialSources } from "./credentials.ts";
import { formatConfig, gitEnvironment, trustConfiguration, type ConfigEntry } from "./git-environment.ts";
import type { RepositoryUrl } from "./repository-url.ts";
import type { SecretCredentials } from "./secret-credentials.ts";
import { keyEnvironment, secretConfiguration, sshWithSecret, writeSecretFiles } from "./session-secret.ts";

/** A private repository for one conversation with a remote: it sees the cache's objects and receives new ones. */
export interface Session {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** What a session is opened with. */
export interface SessionOptions {
  /** Folder that sessions stand in; the same file system as the cache, so that packs move into it by renaming. */
  readonly folder: string;
  readonly url: RepositoryUrl;
  readonly credentials: CredentialSources;
  /** In place of all credentials of the person. */
  readonly secret: SecretCredentials | undefined;
  /** Folder of objects that are here already. */
  readonly objects: string | undefined;
  /** Commits of these whose parents are not here. */
  readonly known: readonly string[];
  /** Nothing is left out. Git loops where a server of plain files meets a repository that may fetch what it lacks. */
  readonly isWhole: boolean;
}

const PREFIX = "session";
const ASKPASS_NAME = "askpass";
const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

/** Fixed text: a user's ~/.ssh/config still says which keys, ports and host key rules hold; nothing is ever asked. */
const SSH_COMMAND = "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=2";

/** Answers git's questions for one scheme and host only, and ssh's for a key, from the environment: the file itself holds no secret. */
const ASKPASS = `#!/bin/sh
case "$1" in
  "Username for '$GITOPS_ASKPASS_SCHEME://$GITOPS_ASKPASS_HOST': "*) printf '%s\\n' "$GITOPS_ASKPASS_USERNAME" ;;
  "Password for '$GITOPS_ASKPASS_SCHEME://"*"@$GITOPS_ASKPASS_HOST': "*) printf '%s\\n' "$GITOPS_ASKPASS_PASSWORD" ;;
  "Enter passphrase for key "*) [ -n "$GITOPS_ASKPASS_PASSPHRASE" ] && printf '%s\\n' "$GITOPS_ASKPASS_PASSPHRASE" ;;
  *) exit 1 ;;
esac
`;

/** Opens a session. It is nobody else's: a process that dies with one open harms no other, and the next one sweeps it away. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const name = [PREFIX, hostname().replace(/[^A-Za-z0-9-]/g, "_"), process.pid, randomBytes(6).toString("hex")].join(".");
  const directory = join(options.folder, name);
  await mkdir(join(directory, "objects", "pack"), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, "objects", "info"));
  await mkdir(join(directory, "refs"));
  await writeFile(join(directory, "HEAD"), "ref: refs/heads/none\n");
  await writeFile(join(directory, "config"), formatConfig(configuration(options, directory)), { mode: 0o600 });
  if (options.secret !== undefined) await writeSecretFiles(directory, options.secret);
  await writeFile(join(directory, ASKPASS_NAME), ASKPASS, { mode: 0o700 });
  if (options.objects !== undefined) await writeFile(join(directory, "objects", "info", "alternates"), `${options.objects}\n`);
  // The server is told that the parents of these are missing here, so that it never leaves out what only they hold.
  if (options.known.length > 0) await writeFile(join(directory, "shallow"), `${[...options.known].sort().join("\n")}\n`);
  const environment = {
    ...gitEnvironment(options.credentials.environment),
    ...(options.secret === undefined
      ? secretEnvironment(options.url, credentialFor(options.url, options.credentials))
      : {
          ...secretEnvironment(options.url, options.secret.credential),
          ...keyEnvironment(options.secret, directory, join(directory, ASKPASS_NAME)),
        }),
  };
  return { directory, environment, close: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Removes the sessions of processes that are gone. */
export async function sweepSessions(folder: string): Promise<void> {
  const own = hostname().replace(/[^A-Za-z0-9-]/g, "_");
  for (const name of await readdir(folder)) {
    const [prefix, host, pid] = name.split(".");
    if (prefix !== PREFIX || pid === undefined) continue;
    const path = join(folder, name);
    // Process ids of another host (or container) say nothing here, and ids are used again: age decides then.
    const isDead = host === own && !isAlive(Number(pid));
    if (isDead || (await isOld(path))) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function configuration({ url, credentials, secret, isWhole }: SessionOptions, directory: string): readonly ConfigEntry[] {
  const fixed: Readonly<Record<string, string>> = {
    "core.repositoryFormatVersion": "1",
    "core.bare": "true",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.askPass": join(directory, ASKPASS_NAME),
    "core.sshCommand": secret === undefined ? SSH_COMMAND : sshWithSecret(url),
    ...(isWhole ? {} : { "extensions.partialClone": "origin", "remote.origin.promisor": "true" }),
    "remote.origin.url": url.url,
    "protocol.allow": "never",
    [`protocol.${url.transport}.allow`]: "always",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "transfer.fsckObjects": "true",
    "transfer.unpackLimit": "1",
    "transfer.bundleURI": "false",
    // Slips of old tools in the history of many honest repositories; none of them changes what is read.
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.missingEmail": "ignore",
    "fetch.fsck.gitmodulesParse": "ignore",
    "fetch.fsck.gitmodulesMissing": "ignore",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "credential.interactive": "false",
  };
  return [
    ...Object.entries(fixed).map(([key, value]) => ({ key, value })),
    ...trustConfiguration(credentials.environment),
    ...(secret === undefined ? helperConfiguration(url, credentials) : secretConfiguration(secret, directory)),
  ];
}

/** Secrets travel in the environment of git alone: not in arguments, URLs or files. */
function secretEnvironment(url: RepositoryUrl, credential: Credential | undefined): NodeJS.ProcessEnv {
  if (credential === undefined) return {};
  if (credential.type === "header") {
    return {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `http.${url.origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: ${credential.value}`,
    };
  }
  const [scheme = "", host = ""] = url.origin.split("://");
  return {
    GITOPS_ASKPASS_SCHEME: scheme,
    GITOPS_ASKPASS_HOST: host,
    GITOPS_ASKPASS_USERNAME: credential.username,
    GITOPS_ASKPASS_PASSWORD: credential.password,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

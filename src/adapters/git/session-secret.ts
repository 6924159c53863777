import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";
import type { ConfigEntry } from "./git-environment.ts";
import type { RepositoryUrl } from "./repository-url.ts";
import type { SecretCredentials, SecretFile } from "./secret-credentials.ts";

/** Below the folder of a session, which is this user's alone and removed with it. */
const FOLDER = "secret";

/** Nothing of the person's: neither configuration, agent, keys nor known hosts. The shell puts the session's folder in. */
const SSH_WITH_SECRET = [
  "ssh -F /dev/null -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=2",
  "-o IdentitiesOnly=yes -o IdentityAgent=none -o PreferredAuthentications=publickey -o NumberOfPasswordPrompts=1",
  "-o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no",
  `-o "UserKnownHostsFile=\\"$GITOPS_SSH_FOLDER/known_hosts\\"" -o "IdentityFile=\\"$GITOPS_SSH_FOLDER/identity\\""`,
].join(" ");

/** What git's configuration calls the files of a Secret. */
const CONFIGURED: Readonly<Partial<Record<SecretFile, string>>> = {
  "ca.crt": "http.sslCAInfo",
  "tls.crt": "http.sslCert",
  "tls.key": "http.sslKey",
};

/** What git is told of a Secret: which files there are, and that nobody else is asked. */
export function secretConfiguration({ files }: SecretCredentials, session: string): readonly ConfigEntry[] {
  const named = [...files.keys()].flatMap((file) => {
    const key = CONFIGURED[file];
    return key === undefined ? [] : [{ key, value: join(session, FOLDER, file) }];
  });
  return [{ key: "credential.helper", value: "" }, ...named];
}

/** Writes the files of a Secret into a session's folder; they go with it. */
export async function writeSecretFiles(session: string, { files }: SecretCredentials): Promise<void> {
  if (files.size === 0) return;
  const folder = join(session, FOLDER);
  await mkdir(folder, { mode: 0o700 });
  for (const [name, bytes] of files) {
    // A private authority is trusted beside those that the system trusts, as Flux does; to git the file is all there is.
    const content = name === "ca.crt" ? Buffer.concat([bytes, Buffer.from(`\n${systemAuthorities()}`)]) : bytes;
    await writeFile(join(folder, name), content, { mode: 0o600 });
  }
}

function systemAuthorities(): string {
  const system = getCACertificates("system");
  return `${(system.length > 0 ? system : rootCertificates).join("\n")}\n`;
}

/** The ssh that uses a Secret alone. The user is "git" where the URL names none, as with Flux. */
export function sshWithSecret(url: RepositoryUrl): string {
  return url.transport === "ssh" && !url.origin.includes("@") ? `${SSH_WITH_SECRET} -o User=git` : SSH_WITH_SECRET;
}

/** Where ssh finds the files of a Secret, and what answers for its key's passphrase. */
export function keyEnvironment({ files, passphrase }: SecretCredentials, session: string, askpass: string): NodeJS.ProcessEnv {
  if (!files.has("identity")) return {};
  // ssh replaces what follows a per cent sign in names of files.
  const folder = { GITOPS_SSH_FOLDER: join(session, FOLDER).replaceAll("%", "%%") };
  if (passphrase === undefined) return { ...folder, SSH_ASKPASS_REQUIRE: "never" };
  // The first is for OpenSSH 8.4 and later, a display (that nobody opens) for those before.
  const asked = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0" };
  return { ...folder, ...asked, GITOPS_ASKPASS_PASSPHRASE: passphrase };
}

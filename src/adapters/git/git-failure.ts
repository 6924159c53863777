import { GitOpsError, type ErrorCode } from "../../engine/model/errors.ts";

/** What git said, by its wording (git 2.20 to 2.53, curl and OpenSSH below it, all with LANG=C), the first that matches. */
const WORDINGS: readonly { readonly says: RegExp; readonly code: ErrorCode; readonly message: string; readonly hint: string }[] = [
  {
    says: /No space left on device|Disk quota exceeded/i,
    code: "LIMIT_EXCEEDED",
    message: "no space is left for the Git cache",
    hint: "free some, or set XDG_CACHE_HOME to another disk",
  },
  {
    says: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known/i,
    code: "HOST_KEY_UNKNOWN",
    message: "the ssh host key of the Git server is not known, or not the one that is known",
    hint: "check the key with the server's owner, then add it to ~/.ssh/known_hosts (ssh-keyscan HOST)",
  },
  {
    says: /hasDotdot|hasDotgit|hasDot\b|fullPathname|hasNulCharacter|gitmodulesSymlink/i,
    code: "PATH_ESCAPES_REPOSITORY",
    message: "the repository has a folder entry that is forbidden (such as .. or .git)",
    hint: "such a commit cannot be made by git itself: do not trust it",
  },
  {
    says: /fsck error|mismatched algorithms|unsupported object format|pack has bad object|index-pack failed|invalid index-pack output|unpack-objects failed|bad pack header|pack signature mismatch/i,
    code: "SOURCE_UNREACHABLE",
    message: "the Git server sent objects that are damaged or not understood",
    hint: "run git fsck in the repository on the server",
  },
  {
    says: /Permission to \S+ denied|deploy key.*(?:write|read.only)|not allowed to push|write access to (?:the )?repository/i,
    code: "FORBIDDEN",
    message: "these credentials may not write to the Git repository",
    hint: "set GITOPS_GIT_TOKEN to a token that may push, or add such an ssh key to the agent",
  },
  {
    says: /Permission denied \(|Authentication failed|could not read (?:Username|Password)|HTTP Basic: Access denied|returned error: 40[13]|error: 40[13]\b|terminal prompts disabled|invalid credentials|Too many authentication failures/i,
    code: "UNAUTHENTICATED",
    message: "the Git server refused the credentials, or there were none",
    hint: "set GITOPS_GIT_TOKEN to a token that may read the repository, or add the ssh key to the agent",
  },
  {
    says: /repository '.*' not found|returned error: 404|Repository not found|does not appear to be a git repository|project you were looking for could not be found|no such (?:repository|project)|repository not exported|(?:not found|does not exist)[.:]?\s*(?:fatal: Could not read|$)/i,
    code: "REPOSITORY_NOT_FOUND",
    message: "there is no such Git repository, or it may not be seen with these credentials",
    hint: "check the URL, and the token for a private repository",
  },
  {
    says: /SSL certificate|certificate (?:verify|has expired|is not)|unable to get local issuer|server certificate verification failed|self[- ]signed certificate/i,
    code: "CERTIFICATE_INVALID",
    message: "the certificate of the Git server is not trusted",
    hint: "set GIT_SSL_CAINFO to the file with the authority's certificate",
  },
  {
    says: /unable to update url base from redirection|redirect|returned error: 30\d/i,
    code: "REDIRECT_REFUSED",
    message: "the Git server answered with a redirect, which is not followed",
    hint: "use the URL that it redirects to",
  },
  {
    says: /dubious ownership/i,
    code: "FORBIDDEN",
    message: "the repository folder belongs to another user",
    hint: "git config --global --add safe.directory PATH, if you trust it",
  },
  {
    says: /transport '.*' not allowed/i,
    code: "PROTOCOL_FORBIDDEN",
    message: "git was sent to a protocol that is not allowed",
    hint: "see url.*.insteadOf in your Git configuration",
  },
];

/** What to do where a Secret beside the source is all that was used. */
const SECRET_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  HOST_KEY_UNKNOWN: "check the key with the server's owner, then add it to known_hosts of the source's Secret (ssh-keyscan HOST)",
  UNAUTHENTICATED: "check username and password, bearerToken or identity of the source's Secret",
  REPOSITORY_NOT_FOUND: "check the URL, and the source's Secret for a private repository",
  CERTIFICATE_INVALID: "put the authority's certificate into ca.crt of the source's Secret",
};

/** What the server says when it does not give a commit by its id. */
const NOT_ADVERTISED = /not our ref|unadvertised object|remote error: upload-pack: not our ref|Server does not allow request/i;
const NO_SUCH_REF = /couldn't find remote ref|no such ref/i;
const NO_SHALLOW = /does not support shallow|dumb http transport does not support/i;

/** What git says of objects in its own store that are gone or broken. */
const LOCAL_DAMAGE =
  /does not exist|bad object|corrupt|inflate:|unable to read|object file .* is empty|packfile .* (?:cannot|does not)|index file .* is|Could not read|missing/i;

/** A failed git process: its own words stay inside the adapter, since they may quote anything. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  readonly output: string;

  constructor(output: string) {
    super("git failed");
    this.output = output;
  }

  get isUnadvertised(): boolean {
    return NOT_ADVERTISED.test(this.output);
  }

  get isMissingRef(): boolean {
    return NO_SUCH_REF.test(this.output);
  }

  get isLocalDamage(): boolean {
    return LOCAL_DAMAGE.test(this.output) && !/Could not read from remote/i.test(this.output);
  }

  get isShallowRefused(): boolean {
    return NO_SHALLOW.test(this.output);
  }
}

/** The error for a machine without Git. */
export function gitMissing(cause: unknown): GitOpsError {
  return new GitOpsError("SOURCE_UNREACHABLE", "there is no git program on the PATH", { hint: "install Git 2.36 or later", cause });
}

/**
 * The error that a failure of git means to a person.
 * @param where the repository, without credentials.
 * @param usesSecret nothing but the Secret of a declared source was used.
 */
export function explainGitFailure(failure: GitFailed, where: string, usesSecret = false): GitOpsError {
  const known = WORDINGS.find((wording) => wording.says.test(failure.output));
  if (known !== undefined) {
    const hint = (usesSecret ? SECRET_HINTS[known.code] : undefined) ?? known.hint;
    return new GitOpsError(known.code, `${known.message}: ${where}`, { hint, data: { repository: where } });
  }
  return new GitOpsError("SOURCE_UNREACHABLE", `the Git server cannot be reached: ${where}`, {
    hint: `git said: ${lastLine(failure.output)}`,
    data: { repository: where, retryable: true },
  });
}

/** The last line of git, curl or ssh themselves. What the server says is left out: it may quote what it was sent. URLs too. */
function lastLine(output: string): string {
  const lines = output.split(/[\r\n]+/).filter((line) => /^(?:fatal: (?!remote error)|error|ssh|kex)/.test(line));
  const line = (lines.at(-1) ?? "nothing").replace(/\b[a-z+]+:\/\/\S+/gi, "URL");
  return line.slice(0, 200);
}

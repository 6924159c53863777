import { ERROR_EXIT, type ErrorCode } from "../../engine/index.ts";

/** What each exit status means, for every command. A status that an error has and this table has not does not compile. */
export const EXIT_MEANINGS: Readonly<Record<(typeof ERROR_EXIT)[ErrorCode] | 0 | 1 | 3 | 8 | 10 | 70 | 130 | 143, string>> = {
  0: "done; no differences",
  1: "differences found (diff; other commands only with --exit-code) and nothing else, ever",
  2: "usage: bad flag, argument or value",
  3: "nothing to do (only with --detailed-exitcode)",
  4: "not now, try again: gate, window or freeze closed, lock or lease held, race lost, suspended",
  5: "a person must decide: guard tripped (empty build, mass prune, another cluster), conflict, edit without effect or with extra changes",
  6: "refused by policy: project, protected branch, path or symlink out of the repository, forbidden feature or protocol",
  7: "ended badly: unhealthy, hook failed, some objects failed, prune withheld",
  8: "ended badly and rolled back",
  9: "timed out, state unknown",
  10: "waiting for a person: request open, rollout paused",
  11: "invalid input: repository content, manifest, pipeline, kubeconfig",
  12: "not found: path, ref, context, object",
  13: "not allowed or not known: 401, 403, bad key, unknown host key",
  14: "not reachable: Git, API server, key service, after retries",
  15: "a limit was hit: size, depth, time, memory, disk",
  70: "a bug in gitops; please report it",
  130: "interrupted (SIGINT, Ctrl-C)",
  143: "terminated (SIGTERM)",
};

/** What each error code means. A new code does not compile until it has words here. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  USAGE: "a flag, an argument or its value is wrong",
  LOCK_HELD: "another run is working on this delivery, or took it over",
  SUSPENDED: "the delivery is suspended",
  NO_CONTROLLER: "no controller is alive that would finish what was asked",
  TIP_MOVED: "somebody else pushed to the branch meanwhile",
  STALE_OBJECT: "an object changed between reading and writing it",
  CONTROLLER_ALIVE: "a controller in the cluster delivers it: ask that one, or suspend the object first",
  EMPTY_BUILD: "the build has no objects, and the delivery owns some",
  MASS_PRUNE: "the run would delete a large part of what the delivery owns",
  PROTECTED_PRUNE: "the run would delete an object that takes others or data with it",
  WRONG_CLUSTER: "the delivery was last synced to another cluster",
  OWNED_BY_ANOTHER: "an object belongs to another delivery or tool",
  FIELD_CONFLICT: "a field that Git declares is managed by somebody else",
  AMBIGUOUS_NAME: "the name stands for more than one delivery or object",
  INVENTORY_UNREADABLE: "the record of what the delivery owns can't be read",
  RECREATE_GUARD: "the change needs an object to be deleted and made again, and that one is protected",
  FIXED_REF: "the source names a tag or a commit, which nothing can be committed to",
  EXTRA_CHANGES: "a change to a repository would do something else than what was asked, or more",
  PATH_ESCAPES_REPOSITORY: "a path or a link leads out of the repository",
  PROTOCOL_FORBIDDEN: "a URL uses a protocol that is not allowed where it stands",
  REFERENCE_FORBIDDEN: "an object refers to one of another namespace, and that is not allowed",
  FEATURE_FORBIDDEN: "the repository uses a feature that is not enabled",
  REDIRECT_REFUSED: "a server wanted to send the request, with its credentials, elsewhere",
  KUBECONFIG_FORBIDDEN: "a kubeconfig that did not come from you asks for something that is not allowed",
  PUSH_REFUSED: "the Git server's rules do not let the commit in: a protected branch, a hook",
  APPLY_REFUSED: "the API server or an admission webhook refused an object",
  IMMUTABLE_FIELD: "a field can't be changed in place",
  HOOK_FAILED: "a hook ended badly",
  UNHEALTHY: "an object is degraded",
  DEPENDENCY_NOT_READY: "what a delivery depends on is not ready, so it was not delivered",
  PARTIAL_FAILURE: "some objects failed, the others are applied",
  PRUNE_WITHHELD: "nothing was pruned, because something before failed",
  HEALTH_TIMEOUT: "the deadline passed before everything was healthy",
  TIMED_OUT: "something took longer than it may",
  BUILD_FAILED: "the files can't be built into manifests",
  DEPENDENCY_CYCLE: "deliveries depend on each other in a circle",
  INVALID_EXPRESSION: "a CEL expression can't be compiled or evaluated",
  INVALID_MANIFEST: "a manifest is not a valid object",
  INVALID_KUBECONFIG: "the kubeconfig can't be used",
  UNKNOWN_KIND: "the cluster does not serve this kind",
  UNSUPPORTED_CONTENT: "the repository holds something that can't be built from: a submodule, an LFS pointer, an encrypted file",
  REPOSITORY_NOT_FOUND: "there is no such repository, or it may not be seen",
  REVISION_NOT_FOUND: "there is no such branch, tag or commit",
  PATH_NOT_FOUND: "there is no such path",
  CONTEXT_NOT_FOUND: "the kubeconfig has no such context",
  NAMESPACE_NOT_FOUND: "the namespace does not exist",
  OBJECT_NOT_FOUND: "there is no such object",
  DELIVERY_NOT_FOUND: "there is no such delivery",
  HELM_MISSING: "the helm program is needed and can't be run",
  FORBIDDEN: "the identity that was used may not do this",
  UNAUTHENTICATED: "the credentials are missing or wrong",
  HOST_KEY_UNKNOWN: "the SSH host's key is not known, or has changed",
  CERTIFICATE_INVALID: "the server's certificate can't be trusted",
  SOURCE_UNREACHABLE: "the server that files or charts come from can't be reached",
  CLUSTER_UNREACHABLE: "the API server can't be reached",
  LIMIT_EXCEEDED: "the input is larger or deeper than allowed",
  INTERRUPTED: "the run was interrupted",
};

/** The error codes that end with a status, in the order of the table. */
export function codesOf(status: number): readonly ErrorCode[] {
  return errorCodes().filter((code) => ERROR_EXIT[code] === status);
}

/** All error codes, in the order of the table. */
export function errorCodes(): readonly ErrorCode[] {
  return Object.keys(ERROR_EXIT).filter((code): code is ErrorCode => Object.hasOwn(ERROR_EXIT, code));
}

/** The page of `gitops help exit-codes`. */
export function exitCodesHelp(): string {
  const width = Math.max(...errorCodes().map((code) => code.length));
  const sections = Object.entries(EXIT_MEANINGS).map(([status, meaning]) => {
    const errors = codesOf(Number(status)).map((code) => `       ${code.padEnd(width)}  ${ERROR_MEANINGS[code]}\n`);
    return `${status.padStart(5)}  ${meaning}\n${errors.join("")}`;
  });
  return `Exit status of every command, and the errors behind it (the code of -o json):\n\n${sections.join("")}`;
}

/**
 * Every way the engine fails, with the exit status that a script sees.
 * 1 means "diff found changes" and nothing else, so errors start at 2. Documented in docs/exit-codes.md.
 */
export const ERROR_EXIT = {
  USAGE: 2,
  LOCK_HELD: 4,
  SUSPENDED: 4,
  STALE_OBJECT: 4,
  CONTROLLER_ALIVE: 4,
  NO_CONTROLLER: 4,
  TIP_MOVED: 4,
  EMPTY_BUILD: 5,
  MASS_PRUNE: 5,
  PROTECTED_PRUNE: 5,
  WRONG_CLUSTER: 5,
  OWNED_BY_ANOTHER: 5,
  FIELD_CONFLICT: 5,
  AMBIGUOUS_NAME: 5,
  INVENTORY_UNREADABLE: 5,
  RECREATE_GUARD: 5,
  FIXED_REF: 5,
  EXTRA_CHANGES: 5,
  PATH_ESCAPES_REPOSITORY: 6,
  PROTOCOL_FORBIDDEN: 6,
  REFERENCE_FORBIDDEN: 6,
  FEATURE_FORBIDDEN: 6,
  REDIRECT_REFUSED: 6,
  KUBECONFIG_FORBIDDEN: 6,
  PUSH_REFUSED: 6,
  APPLY_REFUSED: 7,
  IMMUTABLE_FIELD: 7,
  HOOK_FAILED: 7,
  UNHEALTHY: 7,
  DEPENDENCY_NOT_READY: 7,
  PARTIAL_FAILURE: 7,
  PRUNE_WITHHELD: 7,
  HEALTH_TIMEOUT: 9,
  TIMED_OUT: 9,
  BUILD_FAILED: 11,
  DEPENDENCY_CYCLE: 11,
  INVALID_EXPRESSION: 11,
  INVALID_MANIFEST: 11,
  INVALID_KUBECONFIG: 11,
  UNKNOWN_KIND: 11,
  UNSUPPORTED_CONTENT: 11,
  REPOSITORY_NOT_FOUND: 12,
  REVISION_NOT_FOUND: 12,
  PATH_NOT_FOUND: 12,
  CONTEXT_NOT_FOUND: 12,
  NAMESPACE_NOT_FOUND: 12,
  OBJECT_NOT_FOUND: 12,
  DELIVERY_NOT_FOUND: 12,
  HELM_MISSING: 12,
  FORBIDDEN: 13,
  UNAUTHENTICATED: 13,
  HOST_KEY_UNKNOWN: 13,
  CERTIFICATE_INVALID: 13,
  SOURCE_UNREACHABLE: 14,
  CLUSTER_UNREACHABLE: 14,
  LIMIT_EXCEEDED: 15,
  INTERRUPTED: 130,
} as const;

/** A code of {@link ERROR_EXIT}. */
export type ErrorCode = keyof typeof ERROR_EXIT;

/** Facts about a failure, for programs: `object`, `path`, `line`, `retryable` and what else the code promises. */
export type ErrorData = Readonly<Record<string, unknown>>;

/** What an error says beside its one line. */
export interface ErrorDetails {
  /** One thing the reader can do next. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly data?: ErrorData;
}

/** An expected failure. Branch on `code`, never on the message. Neither message, hint nor data carries a secret. */
export class GitOpsError extends Error {
  override readonly name = "GitOpsError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: ErrorData;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }
}

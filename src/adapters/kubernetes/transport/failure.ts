import { GitOpsError, type ErrorCode } from "../../../engine/model/errors.ts";

/** Why an exchange with the server came to no answer. */
export type FailureKind = "refused" | "name" | "network" | "timeout" | "certificate" | "protocol" | "proxy" | "too-large";

/** One attempt that brought no complete answer. `sent` is false where the server can't have seen the request. */
export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  readonly kind: FailureKind;
  readonly sent: boolean;
  /** Whether the connection had been used before: the server may just have closed it for its age. */
  readonly reusedConnection: boolean;

  constructor(kind: FailureKind, message: string, details: { sent: boolean; reusedConnection?: boolean; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.sent = details.sent;
    this.reusedConnection = details.reusedConnection ?? false;
  }
}

const CERTIFICATE_HINTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the server's certificate, or one of its issuers, has expired: have it renewed",
  CERT_NOT_YET_VALID: "compare the clock of this machine with the server's",
  ERR_TLS_CERT_ALTNAME_INVALID: "use the name that the certificate is for, or give that name as --tls-server-name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "put the cluster's CA into the kubeconfig, or give it as --certificate-authority",
  SELF_SIGNED_CERT_IN_CHAIN: "put the cluster's CA into the kubeconfig, or give it as --certificate-authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the CA of the kubeconfig did not sign this server's certificate: is the server or the CA another cluster's?",
  UNABLE_TO_GET_ISSUER_CERT: "the CA of the kubeconfig did not sign this server's certificate: is the server or the CA another cluster's?",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the CA of the kubeconfig did not sign this server's certificate: is the server or the CA another cluster's?",
  CERT_SIGNATURE_FAILURE: "the CA of the kubeconfig has the right name and another key: fetch the kubeconfig again",
  CERT_REVOKED: "the server's certificate was revoked: have it replaced",
  INVALID_CA: "the CA of the kubeconfig is no certificate authority: fetch the kubeconfig again",
};

/** Sorts what Node reports about a failed request. */
export function classifyFailure(error: unknown, sent: boolean, reusedConnection: boolean): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = errorCodeOf(error);
  const details = { sent, reusedConnection, cause: error };
  if (code in CERTIFICATE_HINTS) return new TransportFailure("certificate", `the server's certificate is not trusted (${code})`, details);
  if (code === "ECONNREFUSED") return new TransportFailure("refused", "connection refused", { ...details, sent: false });
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new TransportFailure("name", `the name does not resolve (${code})`, { ...details, sent: false });
  if (code === "ETIMEDOUT") return new TransportFailure("timeout", "connection timed out", details);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return new TransportFailure("protocol", `the TLS handshake failed (${code})`, details);
  if (code.startsWith("HPE_")) return new TransportFailure("protocol", `the answer is not HTTP (${code})`, details);
  if (code.startsWith("ECONN") || code === "EPIPE" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return new TransportFailure("network", `connection lost (${code})`, details);
  }
  return new TransportFailure("network", `request failed${code === "" ? "" : ` (${code})`}`, details);
}

/** The error that a user sees when an attempt was the last one. */
export function failureError(failure: TransportFailure, server: string, what: string): GitOpsError {
  const code = errorCodeOf(failure.cause);
  const hint = failure.kind === "certificate" ? CERTIFICATE_HINTS[code] : hintFor(failure.kind);
  return new GitOpsError(codeFor(failure), `${server}: ${failure.message}, at ${what}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: failure,
    data: { server, retryable: failure.kind !== "certificate" && failure.kind !== "too-large" },
  });
}

function codeFor({ kind, sent }: TransportFailure): ErrorCode {
  if (kind === "certificate") return "CERTIFICATE_INVALID";
  if (kind === "too-large") return "LIMIT_EXCEEDED";
  return kind === "timeout" && sent ? "TIMED_OUT" : "CLUSTER_UNREACHABLE";
}

function hintFor(kind: FailureKind): string {
  switch (kind) {
    case "refused":
      return "is the API server running, and is its address in the kubeconfig right?";
    case "name":
      return "check the server's name in the kubeconfig, and the DNS of this machine";
    case "proxy":
      return "check proxy-url of the kubeconfig, HTTPS_PROXY and NO_PROXY";
    case "protocol":
      return "does the address speak HTTPS, and is it a Kubernetes API server's?";
    case "too-large":
      return "ask for less at once, such as one namespace";
    default:
      return "check the network between here and the API server, then run it again";
  }
}

function errorCodeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

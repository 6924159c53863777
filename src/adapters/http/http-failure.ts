import { GitOpsError } from "../../engine/model/errors.ts";

const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;

/** The error for an answer that is no content. */
export function explainStatus(status: number, url: string): GitOpsError {
  const shown = url.replace(/[?#].*$/, "");
  if (status === 401 || status === 403) {
    return new GitOpsError("UNAUTHENTICATED", `the server does not give the file (status ${status}): ${shown}`, {
      hint: "files are read without credentials: copy it into the repository, or name it by its Git repository",
    });
  }
  if (status === 404 || status === 410) {
    return new GitOpsError("PATH_NOT_FOUND", `the server has no such file (status ${status}): ${shown}`, { hint: "check the URL" });
  }
  return new GitOpsError("SOURCE_UNREACHABLE", `the server answers with status ${status}: ${shown}`, { hint: "try again later" });
}

/** The error for a request that got no answer; `retryable` where another one may. Errors of ours pass as they are. */
export function explainNetworkFailure(error: unknown, shown: string, deadlineMs: number): GitOpsError {
  if (error instanceof GitOpsError) return error;
  if (error instanceof Error && (error.name === "TimeoutError" || (error.cause instanceof Error && error.cause.name === "TimeoutError"))) {
    return new GitOpsError("TIMED_OUT", `the server took longer than ${deadlineMs / 1000} s: ${shown}`, {
      hint: "try again",
      cause: error,
    });
  }
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (CERTIFICATE.test(code)) {
    return new GitOpsError("CERTIFICATE_INVALID", `the server's certificate is not trusted (${code}): ${shown}`, {
      hint: "set NODE_EXTRA_CA_CERTS to the file with the authority's certificate",
      cause: error,
    });
  }
  return new GitOpsError("SOURCE_UNREACHABLE", `the server cannot be reached${code === "" ? "" : ` (${code})`}: ${shown}`, {
    hint: "check the network, and try again",
    cause: error,
    data: { retryable: true },
  });
}

import { GitOpsError } from "../../engine/model/errors.ts";
import { describeCredentials } from "./credentials.ts";
import type { GitFailed } from "./git-failure.ts";
import type { Remote } from "./remote.ts";

const ABOUT_THE_REF = /\[(?:remote )?rejected\]|\[remote failure\]|failed to push some refs/i;
const MAX_REASON = 120;

/** Whether git says what became of a ref: then the server was reached, and asking again brings the same answer. */
export function isAboutTheRef({ output }: GitFailed): boolean {
  return ABOUT_THE_REF.test(output);
}

/** The error for a push that a rule of the server stopped: a protected branch, a hook. Of the server's words only git's own summary is told. */
export function refusedPush({ output }: GitFailed, where: string, branch: string): GitOpsError {
  const said = /\[remote (?:rejected|failure)\][^\n]*?\(([^\n]*)\)\s*$/m.exec(output)?.[1] ?? "";
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const reason = said.replace(/[\u0000-\u001f\u007f]/g, "").slice(0, MAX_REASON);
  return new GitOpsError("PUSH_REFUSED", `the Git server refuses the push to ${branch}${reason === "" ? "" : ` (${reason})`}: ${where}`, {
    hint: "the branch may be protected: push to a branch of its own and open a request for it",
    data: { repository: where, branch },
  });
}

/** The error for credentials that may not push, naming which ones were used; other errors as they are. */
export function withPushHint(error: unknown, { url, credentials, secret }: Remote): unknown {
  if (!(error instanceof GitOpsError) || (error.code !== "UNAUTHENTICATED" && error.code !== "FORBIDDEN")) return error;
  const used = secret === undefined ? describeCredentials(url, credentials).find(({ isUsed }) => isUsed)?.source : undefined;
  const hint = "set GITOPS_GIT_TOKEN to a token that may push, or add such an ssh key to the agent";
  return new GitOpsError(error.code, error.message, {
    hint: used === undefined ? hint : `${hint}; used was: ${used}`,
    cause: error,
    data: error.data,
  });
}

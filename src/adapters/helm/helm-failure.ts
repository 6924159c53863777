import type { ChartLimits } from "../../engine/model/chart-renderer.ts";
import { GitOpsError, type ErrorCode } from "../../engine/model/errors.ts";
import { beyondLimit } from "../../engine/model/limit.ts";
import type { HelmOutcome } from "./helm-process.ts";

type Ended = Exclude<HelmOutcome, { readonly type: "done" }>;

const LONGEST = 800;

/** What helm 3 and 4 say when a server has, or gives, nothing; the first that matches. */
const WORDINGS: readonly { readonly says: RegExp; readonly code: ErrorCode; readonly hint: string }[] = [
  {
    says: /\b40[13]\b|unauthorized|denied|forbidden/i,
    code: "UNAUTHENTICATED",
    hint: "charts are pulled without credentials: make it public, or commit the chart",
  },
  {
    says: /connection (?:refused|reset)|no such host|i\/o timeout|network is unreachable|TLS handshake|: EOF$/i,
    code: "SOURCE_UNREACHABLE",
    hint: "check the network, and try again",
  },
  { says: /x509|certificate/i, code: "CERTIFICATE_INVALID", hint: "set SSL_CERT_FILE to the file with the authority's certificate" },
  {
    says: /not found|\b404\b|no chart version|not a valid chart repository/i,
    code: "REPOSITORY_NOT_FOUND",
    hint: "check the repository, the chart's name and its version",
  },
  { says: /out of sync|Chart\.lock/i, code: "BUILD_FAILED", hint: "run helm dependency update, and commit Chart.lock" },
];

/** The error for a chart that could not be fetched. */
export function explainPull(outcome: Ended, from: string, folder: string, milliseconds: number): GitOpsError {
  switch (outcome.type) {
    case "too long":
      return new GitOpsError("TIMED_OUT", `helm took longer than ${milliseconds / 1000} s to fetch from ${from}`, { hint: "try again" });
    case "too large":
      return new GitOpsError("SOURCE_UNREACHABLE", `helm did not stop talking while it fetched from ${from}`);
    case "failed": {
      const says = wordsOf(outcome.says, folder);
      const { code, hint } = WORDINGS.find((each) => each.says.test(says)) ?? {
        code: "SOURCE_UNREACHABLE",
        hint: "check the network, and try again",
      };
      return new GitOpsError(code, `helm cannot fetch from ${from}: ${says}`, { hint });
    }
  }
}

/** The error for a chart that could not be rendered. */
export function explainRender(outcome: Ended, folder: string, { milliseconds, maximumBytes }: ChartLimits): GitOpsError {
  switch (outcome.type) {
    case "too long":
      return beyondLimit("milliseconds", `rendering the chart took longer than ${milliseconds / 1000} s`);
    case "too large":
      return beyondLimit("fileBytes", `the chart renders to more than ${maximumBytes} bytes`);
    case "failed":
      return new GitOpsError("BUILD_FAILED", `helm: ${wordsOf(outcome.says, folder)}`, { hint: "correct the chart or its values" });
  }
}

/** What helm says went wrong, as one line, without the folder that it ran in. */
function wordsOf(text: string, folder: string): string {
  const start = text.lastIndexOf("Error: ");
  const words = text
    .slice(start < 0 ? 0 : start + "Error: ".length)
    .replaceAll(`${folder}/`, "")
    .replace(/\s*Use --debug flag to render out invalid YAML\s*/, "")
    .split(/\s*\n\s*/)
    .filter((line) => line !== "")
    .join("; ");
  if (words === "") return "it ended without a word";
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

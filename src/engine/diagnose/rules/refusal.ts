import type { ErrorCode } from "../../model/errors.ts";
import type { FindingCode } from "../../model/finding.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace } from "../name.ts";
import { readWording } from "../wordings/read-wording.ts";
import type { Rule } from "./rule.ts";

/** What the errors of this program are as causes; SyncRefused for all others. */
const OF_ERROR: Readonly<Partial<Record<ErrorCode, FindingCode>>> = {
  REPOSITORY_NOT_FOUND: "SourceRepositoryMissing",
  REVISION_NOT_FOUND: "SourceRefMissing",
  PATH_NOT_FOUND: "PathMissing",
  UNAUTHENTICATED: "SourceAuthentication",
  HOST_KEY_UNKNOWN: "SourceHostKey",
  CERTIFICATE_INVALID: "SourceCertificate",
  SOURCE_UNREACHABLE: "SourceUnreachable",
  BUILD_FAILED: "BuildFailed",
  UNSUPPORTED_CONTENT: "BuildFailed",
  INVALID_MANIFEST: "ManifestInvalid",
  UNKNOWN_KIND: "KindNotServed",
  NAMESPACE_NOT_FOUND: "NamespaceMissing",
  FORBIDDEN: "Forbidden",
  APPLY_REFUSED: "AdmissionRefused",
  IMMUTABLE_FIELD: "ImmutableField",
  OWNED_BY_ANOTHER: "OwnedByAnother",
};

/** Why a sync of a bare delivery would fail, as its own dry run says. What an app's controller says goes before. */
export const refusalRule: Rule = ({ app, failure, id, address, namespace }) => {
  if (app !== undefined || failure === undefined) return [];
  const { code, message, hint, diagnostics, isElsewhere } = failure;
  const places = diagnostics.map(
    ({ file, line, column, message: said }) => `${[file, line, column].filter((part) => part !== undefined).join(":")}: ${said}`,
  );
  const meaning = code === "APPLY_REFUSED" ? readWording(message, "apply", { id, address, url: "" }) : undefined;
  if (isElsewhere)
    return [
      makeFinding("warning", "PathMissing", {
        object: undefined,
        message: `${address} was delivered from a folder that is not on this machine: ${message}`,
        next: `run this where the folder is, or name it anew: gitops sync ${address} DIRECTORY${inNamespace(namespace)}`,
      }),
    ];
  return [
    makeFinding("blocking", meaning?.code ?? OF_ERROR[code] ?? "SyncRefused", {
      object: undefined,
      message: meaning?.message ?? message,
      next: (meaning?.next ?? hint) || `gitops diff ${address}${inNamespace(namespace)}`,
      evidence: [...places, meaning === undefined ? "" : message],
    }),
  ];
};

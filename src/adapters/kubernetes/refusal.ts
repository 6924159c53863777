import type { V1Status } from "@kubernetes/client-node";
import { GitOpsError, type ErrorCode, type ErrorData } from "../../engine/model/errors.ts";
import { arrayAt, isJsonObject, stringAt, type JsonObject, type JsonValue } from "../../engine/model/json.ts";
import { formatResourceId, type ResourceId } from "../../engine/model/resource-id.ts";
import { parseExactJson } from "./exact-json.ts";
import { pointerOfFieldPath, pointerOfValidationPath } from "./field-path.ts";
import { harmlessWords, isManifestFault, oneLine, parseForbidden, saysAdmission, saysImmutable, saysTooLarge } from "./server-words.ts";
import type { WireAnswer } from "./transport/exchange.ts";

/** What was asked when the server refused. */
export interface Asked {
  /** In words: `apply configmap/web`. */
  readonly what: string;
  readonly server: string;
  readonly writes: boolean;
  readonly id?: ResourceId;
  /** What was sent, for the pointers of conflicts. */
  readonly object?: JsonObject;
}

/** The parts of a metav1.Status that say why. */
interface ServerStatus extends Readonly<Required<Pick<V1Status, "code" | "reason" | "message">>> {
  /** Kind and name that the status is about; "" where the server names none. */
  readonly kind: string;
  readonly name: string;
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
}

interface Verdict {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly data?: ErrorData;
  /** Instead of the server's own words. */
  readonly words?: string;
}

/** Turns an answer of 400 or more into the error that says what to do. Never repeats a value of a Secret. */
export function refusal(answer: WireAnswer, asked: Asked): GitOpsError {
  const status = readStatus(answer);
  const verdict = judge(status, asked);
  const words = verdict.words ?? (isSecret(asked.id) ? secretWords(status) : statusWords(status));
  const subject = asked.id === undefined ? asked.what : formatResourceId(asked.id);
  return new GitOpsError(verdict.code, `${subject}: ${words}`, {
    hint: verdict.hint,
    data: {
      ...(asked.id === undefined ? {} : { object: formatResourceId(asked.id), namespace: asked.id.namespace }),
      status: status.code,
      reason: status.reason,
      ...verdict.data,
    },
  });
}

/** Whether a 404 is about the object that was asked for, and not about its kind or its namespace. */
export function isMissingObject(answer: WireAnswer): boolean {
  const status = readStatus(answer);
  return answer.status === 404 && status.name !== "" && status.kind !== "namespaces";
}

/** Whether a 404 is about a missing Namespace object. */
export function isMissingNamespace(answer: WireAnswer): boolean {
  return answer.status === 404 && readStatus(answer).kind === "namespaces";
}

function readStatus(answer: WireAnswer): ServerStatus {
  const parsed = parseStatus(answer.text);
  const causes = arrayAt(parsed, "details", "causes").map((cause) => ({
    reason: stringAt(cause, "reason"),
    message: stringAt(cause, "message"),
    field: stringAt(cause, "field"),
  }));
  return {
    code: answer.status,
    reason: stringAt(parsed, "reason"),
    message: stringAt(parsed, "message"),
    kind: stringAt(parsed, "details", "kind"),
    name: stringAt(parsed, "details", "name"),
    causes,
  };
}

/** Anything but a Status, such as a proxy's page or `404 page not found`, says nothing that could be relied on. */
function parseStatus(text: string): JsonValue | undefined {
  try {
    const parsed = parseExactJson(text);
    return isJsonObject(parsed) && parsed["kind"] === "Status" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function judge(status: ServerStatus, asked: Asked): Verdict {
  const { code, message } = status;
  if (code === 401)
    return {
      code: "UNAUTHENTICATED",
      hint: "log in again, or check the user of this context: `kubectl auth whoami`",
      words: "the server does not accept the credentials",
    };
  if (saysTooLarge(message) || code === 413)
    return {
      code: "LIMIT_EXCEEDED",
      hint: "the object is larger than the server takes (1.5 MiB in etcd): split it",
      words: "too large for the server",
    };
  if (asked.writes && saysAdmission(message)) return admission(status);
  if (code === 403) return forbidden(status, asked);
  if (code === 404) return notFound(status, asked);
  if (code === 409) return conflict(status, asked);
  if (code === 400 || code === 422 || (code === 500 && isManifestFault(message))) return invalidObject(status, asked);
  if (code === 405 || code === 406 || code === 415) {
    return asked.writes
      ? { code: "APPLY_REFUSED", hint: "the kind can't be written in this way", words: "the server does not offer this operation" }
      : { code: "UNKNOWN_KIND", hint: "the kind can't be read in this way", words: "the server does not offer this operation" };
  }
  return {
    code: "CLUSTER_UNREACHABLE",
    hint: "the server had a fault of its own: wait, then run it again",
    data: { retryable: true },
    words: `${asked.server} answered ${code}${status.message === "" || isSecret(asked.id) ? "" : `: ${oneLine(status.message)}`}`,
  };
}

function admission(status: ServerStatus): Verdict {
  const unreachable = /failed calling webhook/.test(status.message);
  return {
    code: "APPLY_REFUSED",
    hint: unreachable
      ? "the admission webhook does not answer: is its service running?"
      : "change the object as the policy asks, or the policy",
    data: { retryable: unreachable },
  };
}

function forbidden(status: ServerStatus, asked: Asked): Verdict {
  const ending = status.causes.find((cause) => cause.reason === "NamespaceTerminating");
  if (ending !== undefined) {
    return {
      code: "APPLY_REFUSED",
      hint: "wait until the namespace is gone, then run it again",
      data: { reason: "NamespaceTerminating", retryable: true },
      words: ending.message,
    };
  }
  const denied = parseForbidden(status.message);
  if (denied !== undefined) {
    const { verb, resource, group, namespace } = denied;
    const kind = group === "" ? resource : `${resource}.${group}`;
    const where = namespace === "" ? "" : ` -n ${namespace}`;
    // RBAC's sentence holds no value of the object, so of a Secret too verb and resource are told.
    const words = isSecret(asked.id)
      ? { words: `this user cannot ${verb} resource "${resource}"${namespace === "" ? "" : ` in the namespace "${namespace}"`}` }
      : {};
    return {
      ...words,
      code: "FORBIDDEN",
      hint: `have the right granted, and check it with: kubectl auth can-i ${verb} ${kind}${where}`,
      data: { verb, resource, group, namespace },
    };
  }
  if (asked.writes && status.reason === "Forbidden" && status.message !== "") {
    return { code: "APPLY_REFUSED", hint: "change the object as the cluster's rules ask, or the rules" };
  }
  return {
    code: "FORBIDDEN",
    hint: "check the rights of this user: kubectl auth can-i --list",
    data: { verb: "", resource: "", namespace: asked.id?.namespace ?? "" },
  };
}

function notFound(status: ServerStatus, asked: Asked): Verdict {
  if (status.kind === "namespaces" && asked.id?.kind !== "Namespace") {
    return {
      code: "NAMESPACE_NOT_FOUND",
      hint: "make the namespace first, put it into the build, or use --create-namespace",
      words: `there is no namespace ${status.name}`,
    };
  }
  if (status.name !== "") return { code: "OBJECT_NOT_FOUND", hint: "it was removed in the meantime, or never there" };
  return {
    code: "UNKNOWN_KIND",
    hint: "is its CustomResourceDefinition installed, in this version?",
    words: "the server does not serve this kind",
  };
}

function conflict(status: ServerStatus, asked: Asked): Verdict {
  const contested = status.causes.filter((cause) => cause.reason === "FieldManagerConflict");
  if (contested.length === 0)
    return { code: "STALE_OBJECT", hint: "somebody changed it meanwhile: run it again", data: { retryable: true } };
  const conflicts = contested.map(({ message, field }) => ({
    manager: /^conflict with "([^"]*)"/.exec(message)?.[1] ?? "",
    field: pointerOfFieldPath(field, asked.object ?? {}),
  }));
  const words = conflicts.map(({ manager, field }) => `${field} is managed by ${manager}`).join(", ");
  return { code: "FIELD_CONFLICT", hint: "take the fields with --force-conflicts, or remove them from Git", data: { conflicts }, words };
}

function invalidObject(status: ServerStatus, asked: Asked): Verdict {
  if (!asked.writes) return { code: "USAGE", hint: "check names and selectors" };
  const fixed = status.causes.filter((cause) => saysImmutable(cause.message));
  if (fixed.length > 0 || (status.code === 422 && saysImmutable(status.message))) {
    const fields = fixed.map((cause) => pointerOfValidationPath(cause.field));
    return {
      code: "IMMUTABLE_FIELD",
      hint: "put the old value back, or allow the object to be deleted and made again with --force",
      data: { fields },
    };
  }
  return {
    code: "INVALID_MANIFEST",
    hint: "correct the object in Git",
    data: { fields: status.causes.map((cause) => pointerOfValidationPath(cause.field)) },
  };
}

function statusWords(status: ServerStatus): string {
  const { causes } = status;
  if (status.code === 422 && causes.length > 0) return causes.map(({ field, message }) => `${field}: ${oneLine(message)}`).join("; ");
  return status.message === "" ? `the server answered ${status.code}` : oneLine(status.message);
}

function secretWords(status: ServerStatus): string {
  const fields = status.causes.map((cause) => cause.field).filter((field) => field !== "");
  const words = harmlessWords(`${status.message} ${status.causes.map((cause) => cause.message).join(" ")}`);
  const said = [fields.join(", "), words].filter((part) => part !== "").join(": ");
  return `refused by the server (${[status.reason || String(status.code), said].filter((part) => part !== "").join(", ")}); its words are left out, since they may quote the Secret`;
}

function isSecret(id: ResourceId | undefined): boolean {
  return id !== undefined && id.group === "" && id.kind === "Secret";
}

import type { Finding, FindingCode } from "../../model/finding.ts";
import type { ReferencePurpose } from "../../model/reference.ts";
import type { ObjectFacts, ReferenceFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import type { Rule } from "./rule.ts";

const WORDS: Readonly<Record<ReferencePurpose, string>> = {
  credentials: "the credentials",
  certificate: "the certificate",
  verification: "the keys that signatures are checked with",
  proxy: "the proxy's address",
  kubeconfig: "the kubeconfig of its cluster",
  decryption: "the decryption keys",
  variables: "variables",
  values: "values",
  account: "the account that it acts as",
  target: "the namespace that it delivers to",
};

/** What the delivery names and does not find. */
export const referencesRule: Rule = ({ app }) => (app === undefined ? [] : unmetReferences(app));

/** Secrets, accounts and other objects that are missing: blocking while the object is not ready, a warning of what comes else. */
export function unmetReferences(facts: ObjectFacts): readonly Finding[] {
  const severity = facts.view.ready === "True" && facts.view.isObserved ? "warning" : "blocking";
  return facts.references.flatMap((found) => {
    const unmet = unmetOf(found, facts);
    return unmet === undefined ? [] : [makeFinding(severity, unmet.code, { object: found.reference.id, ...unmet })];
  });
}

interface Unmet {
  readonly code: FindingCode;
  readonly message: string;
  readonly next: string;
  readonly evidence: readonly string[];
}

function unmetOf(found: ReferenceFacts, { id, view }: ObjectFacts): Unmet | undefined {
  const { reference, state, keys } = found;
  const { purpose, field } = reference;
  const named = `${nameOf(reference.id)} with ${WORDS[purpose]} of ${nameOf(id)}`;
  const evidence = [`${field} of ${nameOf(id)} names it`, view.ready === "True" ? "" : `${view.reason}: ${view.message}`];
  if (state === "terminating" && purpose === "target") {
    const next = `see what holds it: kubectl get namespace ${reference.id.name} -o jsonpath='{.status.conditions}'`;
    return { code: "NamespaceTerminating", message: `${nameOf(reference.id)} is being deleted`, next, evidence };
  }
  if (state === "missing" && !reference.isOptional && purpose !== "target")
    return {
      code: missingCode(reference.id.kind),
      message: purpose === "account" ? `${nameOf(reference.id)}, ${WORDS.account}, is not there` : `${named} is not there`,
      next: `${createCommand(found)}, or correct ${field}`,
      evidence,
    };
  const isIncomplete =
    state === "there" && reference.keys.length > 0 && !reference.keys.some((set) => set.every((key) => keys.includes(key)));
  if (!isIncomplete) return undefined;
  const wanted = reference.keys.map((set) => set.join(" and ")).join(", or ");
  return {
    code: purpose === "kubeconfig" ? "KubeConfigUnusable" : "SecretKeyMissing",
    message: `${named} lacks a key: it needs ${wanted}`,
    next: `add it: kubectl edit secret ${reference.id.name}${inNamespace(reference.id.namespace)}`,
    evidence: [`it has ${keys.join(", ") || "no key at all"}`, ...evidence],
  };
}

function missingCode(kind: string): FindingCode {
  if (kind === "ServiceAccount") return "ServiceAccountMissing";
  return kind === "ConfigMap" ? "ConfigMapMissing" : "SecretMissing";
}

function createCommand({ reference: { id } }: ReferenceFacts): string {
  const where = `${id.name}${inNamespace(id.namespace)}`;
  if (id.kind === "ServiceAccount") return `kubectl create serviceaccount ${where}`;
  return id.kind === "ConfigMap"
    ? `kubectl create configmap ${where} --from-file=FILE`
    : `kubectl create secret generic ${where} --from-file=FILE`;
}

import type { ErrorCode } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import type { Life } from "./facts.ts";
import { makeFinding } from "./make-finding.ts";

/** Whether this user may do one thing. */
export interface RightFacts {
  readonly verb: string;
  /** As kubectl writes it: `kustomizations.kustomize.toolkit.fluxcd.io`. */
  readonly resource: string;
  readonly isAllowed: boolean;
  /** What of this program needs it. */
  readonly neededFor: string;
}

/** What stands around all deliveries. */
export interface SurroundingFacts {
  readonly server: string;
  readonly version: string;
  /** "" where the server does not say. */
  readonly user: string;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  readonly rights: readonly RightFacts[];
  /** Tools whose kinds this program speaks. */
  readonly dialects: readonly {
    readonly title: string;
    readonly served: readonly { readonly kind: string; readonly versions: readonly string[]; readonly isUnderstood: boolean }[];
  }[];
  readonly unavailableGroups: readonly string[];
  readonly controllers: readonly { readonly title: string; readonly life: Life; readonly hasWork: boolean }[];
  readonly sources: readonly {
    readonly url: string;
    /** How it would be authenticated, in words. */
    readonly credentials: readonly string[];
    readonly failure: { readonly code: ErrorCode; readonly message: string; readonly hint: string } | undefined;
  }[];
}

/** The state of the surroundings. None of it blocks by itself: what it holds up says so. */
export function surroundingFindings(facts: SurroundingFacts): readonly Finding[] {
  const { server, version, user } = facts;
  return [
    makeFinding("info", "ClusterReached", {
      object: undefined,
      message: `the cluster ${server} answers${version === "" ? "" : `, Kubernetes ${version}`}`,
    }),
    ...(user === "" ? [] : [makeFinding("info", "User", { object: undefined, message: `you are ${user} there` })]),
    ...rightFindings(facts),
    ...dialectFindings(facts),
    ...facts.unavailableGroups.map((group) =>
      makeFinding("warning", "ApiGroupDown", {
        object: undefined,
        message: `the API group ${group} does not answer: its objects are neither seen nor pruned`,
        next: `kubectl get apiservice | grep ${group}`,
      }),
    ),
    ...facts.controllers.map(controllerFinding),
    ...facts.sources.map(sourceFinding),
  ];
}

function rightFindings({ rights, namespace }: SurroundingFacts): readonly Finding[] {
  const where = namespace === undefined ? "in all namespaces" : `in the namespace ${namespace}`;
  const denied = rights.filter(({ isAllowed }) => !isAllowed);
  if (rights.length === 0) return [];
  if (denied.length === 0)
    return [makeFinding("info", "Rights", { object: undefined, message: `you may do all that gitops needs ${where}` })];
  return [...new Set(denied.map(({ neededFor }) => neededFor))].map((need) => {
    const missing = denied.filter(({ neededFor }) => neededFor === need).map(({ verb, resource }) => `${verb} ${resource}`);
    return makeFinding("warning", "Rights", {
      object: undefined,
      message: `you may not do ${where} what is needed to ${need}: ${missing.join(", ")}`,
      next: `ask for a role that allows it; check with kubectl auth can-i ${missing[0] ?? ""} ${namespace === undefined ? "-A" : `-n ${namespace}`}`,
    });
  });
}

function dialectFindings({ dialects }: SurroundingFacts): readonly Finding[] {
  return dialects.flatMap(({ title, served }) => {
    if (served.length === 0)
      return [
        makeFinding("info", "DialectServed", { object: undefined, message: `the kinds of ${title} are not installed in this cluster` }),
      ];
    const understood = served.filter(({ isUnderstood }) => isUnderstood);
    const foreign = served.filter(({ isUnderstood }) => !isUnderstood);
    const list = understood.map(({ kind, versions }) => `${kind} ${versions.join("+")}`).join(", ");
    return [
      ...(understood.length === 0 ? [] : [makeFinding("info", "DialectServed", { object: undefined, message: `${title} serves ${list}` })]),
      ...foreign.map(({ kind, versions }) =>
        makeFinding("warning", "VersionNotUnderstood", {
          object: undefined,
          message: `${kind} of ${title} is served as ${versions.join(", ")} only, which this program does not understand`,
          next: `bring ${title} and gitops to versions that go together: gitops version`,
        }),
      ),
    ];
  });
}

function controllerFinding({ title, life, hasWork }: SurroundingFacts["controllers"][number]): Finding {
  if (life.alive === true) return makeFinding("info", "ControllerAlive", { object: undefined, message: `alive: ${life.by}` });
  if (life.alive === "unknown")
    return makeFinding("info", "ControllerNotAlive", { object: undefined, message: `whether ${title} is alive is not known: ${life.why}` });
  return makeFinding(hasWork ? "warning" : "info", "ControllerNotAlive", {
    object: undefined,
    message: `no ${title} is alive: nobody renews its Lease`,
    next: hasWork ? "start it, or deliver without it: gitops sync NAME" : "",
  });
}

function sourceFinding({ url, credentials, failure }: SurroundingFacts["sources"][number]): Finding {
  const evidence = credentials.map((line) => `credentials: ${line}`);
  if (failure === undefined)
    return makeFinding("info", "SourceReached", { object: undefined, message: `${url} answers to this machine`, evidence });
  return makeFinding("warning", "SourceNotReached", {
    object: undefined,
    message: `${url} does not answer to this machine: ${failure.message}`,
    next: failure.hint,
    evidence,
  });
}

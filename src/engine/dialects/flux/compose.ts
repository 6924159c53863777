import { GitOpsError } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import { KUSTOMIZE_GROUP, SOURCE_GROUP } from "./kinds.ts";

/** What a new object of Flux is made from; "" and empty lists for what is left out, durations in milliseconds. */
interface ObjectBasics {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  readonly timeoutMs: number | undefined;
}

/** A GitRepository as a person asks for it. */
export interface GitRepositoryRequest extends ObjectBasics {
  readonly url: string;
  readonly ref: { readonly branch: string; readonly tag: string; readonly semver: string; readonly commit: string; readonly name: string };
  readonly secret: string;
  readonly ignore: string;
  readonly recurseSubmodules: boolean;
}

/** A Kustomization as a person asks for it. */
export interface KustomizationRequest extends ObjectBasics {
  /** `KIND/NAME[.NAMESPACE]`, GitRepository where no kind is named. */
  readonly source: string;
  readonly path: string;
  readonly prune: boolean;
  readonly targetNamespace: string;
  readonly wait: boolean;
  readonly retryIntervalMs: number | undefined;
  readonly serviceAccount: string;
  readonly kubeConfigSecret: string;
  /** `[NAMESPACE/]NAME`. */
  readonly dependsOn: readonly string[];
  /** `KIND/NAME[.NAMESPACE]`. */
  readonly healthChecks: readonly string[];
}

/** Which kinds of source a Kustomization may name. */
const SOURCE_KINDS = ["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"];

/** The API version of what a health check of these kinds names, as `flux create kustomization` knows them, and some more. */
const CHECKED_KINDS: ReadonlyMap<string, string> = new Map([
  ["Deployment", "apps/v1"],
  ["DaemonSet", "apps/v1"],
  ["StatefulSet", "apps/v1"],
  ["Job", "batch/v1"],
  ["HelmRelease", "helm.toolkit.fluxcd.io/v2"],
  ["Kustomization", "kustomize.toolkit.fluxcd.io/v1"],
]);

/**
 * The object that `gitops create source git` makes; the same fields as `flux create source git` writes.
 * @throws USAGE for a URL that Flux does not take, and for more than one kind of ref where one hides the other.
 */
export function composeGitRepository(request: GitRepositoryRequest): JsonObject {
  const { url, ref, secret, ignore } = request;
  if (!/^(https?|ssh):\/\/[^\s@/]*(?<!:)[^\s]*$/.test(url)) {
    throw usage(`Flux takes no URL such as ${shown(url)}`, "write it as https://host/path or ssh://user@host/path");
  }
  if (/^https?:\/\/[^/]*@/.test(url)) throw usage("the URL carries credentials", "put them into a Secret and name it with --secret-ref");
  return withBasics(`${SOURCE_GROUP}/v1`, "GitRepository", request, {
    url,
    ref: filled(ref),
    ...filled({ ignore }),
    ...(secret === "" ? {} : { secretRef: { name: secret } }),
    ...(request.recurseSubmodules ? { recurseSubmodules: true } : {}),
  });
}

/**
 * The object that `gitops create kustomization` makes; the same fields as `flux create kustomization` writes.
 * @throws USAGE for a source, a dependency or a health check that is not written as it should be.
 */
export function composeKustomization(request: KustomizationRequest): JsonObject {
  const { targetNamespace, serviceAccount, kubeConfigSecret, dependsOn, healthChecks, retryIntervalMs } = request;
  return withBasics(`${KUSTOMIZE_GROUP}/v1`, "Kustomization", request, {
    path: request.path === "" ? "./" : request.path,
    prune: request.prune,
    sourceRef: sourceRef(request.source),
    ...filled({ targetNamespace, serviceAccountName: serviceAccount }),
    ...(request.wait ? { wait: true } : {}),
    ...(retryIntervalMs === undefined ? {} : { retryInterval: goDuration(retryIntervalMs) }),
    ...(kubeConfigSecret === "" ? {} : { kubeConfig: { secretRef: { name: kubeConfigSecret } } }),
    ...(dependsOn.length === 0 ? {} : { dependsOn: dependsOn.map(dependency) }),
    ...(healthChecks.length === 0 ? {} : { healthChecks: healthChecks.map((text) => healthCheck(text, request.namespace)) }),
  });
}

/** A duration as Go prints it, which is what the API server stores: `10m0s`, `1h0m0s`, `1.5s`, `500ms`. */
function goDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}

function withBasics(apiVersion: string, kind: string, basics: ObjectBasics, spec: JsonObject): JsonObject {
  const { name, namespace, labels, intervalMs, timeoutMs } = basics;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }) },
    spec: { interval: goDuration(intervalMs), ...(timeoutMs === undefined ? {} : { timeout: goDuration(timeoutMs) }), ...spec },
  };
}

/** The fields that say something. */
function filled(fields: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

function sourceRef(text: string): JsonObject {
  const slash = text.indexOf("/");
  const kind = slash < 0 ? "GitRepository" : text.slice(0, slash);
  const known = SOURCE_KINDS.find((one) => one.toLowerCase() === kind.toLowerCase());
  const { name, namespace } = placed(text.slice(slash + 1));
  if (known === undefined || name === "")
    throw usage(`${shown(text)} is no source of a Kustomization`, `write KIND/NAME[.NAMESPACE], KIND being ${SOURCE_KINDS.join(", ")}`);
  return { kind: known, name, ...filled({ namespace }) };
}

function dependency(text: string): JsonObject {
  const [first = "", second] = text.split("/", 2);
  const [namespace, name] = second === undefined ? ["", first] : [first, second];
  if (name === "") throw usage(`${shown(text)} names no Kustomization to depend on`, "write NAME or NAMESPACE/NAME");
  return { name, ...filled({ namespace }) };
}

function healthCheck(text: string, ownNamespace: string): JsonObject {
  const [kind = "", rest = ""] = text.split("/", 2);
  const known = [...CHECKED_KINDS].find(([one]) => one.toLowerCase() === kind.toLowerCase());
  const { name, namespace } = placed(rest);
  if (known === undefined || name === "") {
    throw usage(`${shown(text)} is no health check`, `write KIND/NAME.NAMESPACE, KIND being ${[...CHECKED_KINDS.keys()].join(", ")}`);
  }
  return { apiVersion: known[1], kind: known[0], name, namespace: namespace === "" ? ownNamespace : namespace };
}

/** `NAME.NAMESPACE`, split at the last dot as flux does: a namespace holds none. */
function placed(text: string): { readonly name: string; readonly namespace: string } {
  const dot = text.lastIndexOf(".");
  return dot < 0 ? { name: text, namespace: "" } : { name: text.slice(0, dot), namespace: text.slice(dot + 1) };
}

/** As JSON, cut: a mistyped value may be anything. */
function shown(text: string): string {
  const withoutCredentials = text.replace(/\/\/[^/@]*@/, "//…@");
  return JSON.stringify(withoutCredentials.slice(0, 100));
}

function usage(message: string, hint: string): GitOpsError {
  return new GitOpsError("USAGE", message, { hint });
}

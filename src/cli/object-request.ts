import { composeGitRepository, composeKustomization, type JsonObject } from "../engine/index.ts";
import { UsageError } from "./usage-error.ts";

/** The flags of `gitops create`, as they are given. */
export interface CreateInput {
  readonly what: "source" | "kustomization" | "ks";
  readonly names: readonly string[];
  readonly url: string | undefined;
  readonly branch: string | undefined;
  readonly tag: string | undefined;
  readonly semver: string | undefined;
  readonly commit: string | undefined;
  readonly refName: string | undefined;
  readonly secretRef: string | undefined;
  readonly ignorePaths: readonly string[];
  readonly recurseSubmodules: boolean;
  readonly source: string | undefined;
  readonly path: string | undefined;
  readonly prune: boolean;
  readonly targetNamespace: string | undefined;
  readonly wait: boolean | undefined;
  readonly dependsOn: readonly string[];
  readonly healthCheck: readonly string[];
  readonly serviceAccount: string | undefined;
  readonly kubeConfigSecret: string | undefined;
  readonly interval: number;
  readonly retryInterval: number | undefined;
  readonly reconcileTimeout: number | undefined;
  readonly label: readonly string[];
}

const SOURCE_FLAGS = ["url", "branch", "tag", "semver", "commit", "refName", "secretRef", "ignorePaths", "recurseSubmodules"] as const;
const APP_FLAGS = [
  "source",
  "path",
  "prune",
  "targetNamespace",
  "dependsOn",
  "healthCheck",
  "serviceAccount",
  "kubeConfigSecret",
  "retryInterval",
] as const;

/** The object that was asked for. Throws UsageError for a missing name, source or URL, and for a flag of the other kind. */
export function composeObject(input: CreateInput, namespace: string): JsonObject {
  const isSource = input.what === "source";
  const [first = "", ...rest] = input.names;
  if (isSource && first !== "git")
    throw new UsageError("only sources of the kind git can be made", "gitops create source git NAME --url URL");
  const [name = "", ...more] = isSource ? rest : input.names;
  const usage = isSource ? "gitops create source git NAME --url URL" : "gitops create kustomization NAME --source KIND/NAME";
  if (name === "" || more.length > 0) throw new UsageError("create needs one name", usage);
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) {
    throw new UsageError(`${JSON.stringify(name)} is no name for an object`, "lower-case letters, digits, - and . only");
  }
  const foreign = (isSource ? APP_FLAGS : SOURCE_FLAGS).find((flag) => isGiven(input[flag]));
  if (foreign !== undefined) {
    const flag = foreign.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag} says nothing of a ${isSource ? "source" : "kustomization"}`, usage);
  }
  const labels = Object.fromEntries(input.label.map(labelOf));
  const basics = { name, namespace, labels, intervalMs: input.interval, timeoutMs: input.reconcileTimeout };
  return isSource ? source(input, basics, usage) : kustomization(input, basics, usage);
}

type Basics = Pick<Parameters<typeof composeGitRepository>[0], "name" | "namespace" | "labels" | "intervalMs" | "timeoutMs">;

function source(input: CreateInput, basics: Basics, usage: string): JsonObject {
  const { url, branch = "", tag = "", semver = "", commit = "", refName = "" } = input;
  if (url === undefined) throw new UsageError("--url is missing", usage);
  const isOpen = [branch, tag, semver, commit, refName].every((part) => part === "");
  return composeGitRepository({
    ...basics,
    url,
    ref: { branch: isOpen ? "master" : branch, tag, semver, commit, name: refName },
    secret: input.secretRef ?? "",
    ignore: input.ignorePaths.join("\n"),
    recurseSubmodules: input.recurseSubmodules,
  });
}

function kustomization(input: CreateInput, basics: Basics, usage: string): JsonObject {
  if (input.source === undefined) throw new UsageError("--source is missing", usage);
  return composeKustomization({
    ...basics,
    source: input.source,
    path: input.path ?? "",
    prune: input.prune,
    targetNamespace: input.targetNamespace ?? "",
    wait: input.wait === true,
    retryIntervalMs: input.retryInterval,
    serviceAccount: input.serviceAccount ?? "",
    kubeConfigSecret: input.kubeConfigSecret ?? "",
    dependsOn: input.dependsOn,
    healthChecks: input.healthCheck,
  });
}

function isGiven(value: string | number | boolean | readonly string[] | undefined): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

function labelOf(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw new UsageError("invalid value for --label", "write KEY=VALUE");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

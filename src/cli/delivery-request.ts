import { resolve } from "node:path";
import {
  DEFAULT_BUDGET,
  DEFAULT_POLICY,
  parseAllowedRemote,
  parseGitRef,
  type DeliveryRef,
  type DeliveryRequest,
  type ReaderPorts,
  type Source,
  type SyncPolicy,
} from "../engine/index.ts";
import type { ReadSession, SourceFlags, SurroundingsFlags } from "./command.ts";
import {
  USUAL_TIMEOUT_MS,
  type BuildInput,
  type PolicyInput,
  type RunInput,
  type SourceInput,
  type SurroundingsInput,
} from "./commands/delivery-options.ts";
import { given } from "./given.ts";
import { parseDeliveryName } from "./delivery-name.ts";
import { UsageError } from "./usage-error.ts";

interface Located extends SourceInput {
  readonly directory: string | undefined;
}

type DeliveryInput = Located & BuildInput & PolicyInput & Pick<RunInput, "wait" | "timeout"> & { readonly name: string };

/** What a sync, a diff or an adoption was asked for. A name without a source is looked up; a new one is taken as it stands. */
export async function deliveryRequest(input: DeliveryInput, session: ReadSession, ports: ReaderPorts): Promise<DeliveryRequest> {
  const source = await typedSource(input, session);
  return {
    ref: await deliveryRef(input.name, source !== undefined, session, ports),
    source,
    override: source === undefined ? given({ ref: input.ref, path: input.path }) : {},
    policy: syncPolicy(input),
    build: buildSettings(input),
    expectCluster: await session.expectedCluster(),
  };
}

/** What a sync may do. */
export function syncPolicy(input: PolicyInput & Pick<RunInput, "wait" | "timeout">): SyncPolicy {
  const { prune, force, forceConflicts, preflight, wait, createNamespace, allowEmpty, allowMassPrune, confirmPrune } = input;
  const timeoutMs = input.timeout ?? USUAL_TIMEOUT_MS;
  return { prune, force, forceConflicts, preflight, wait, timeoutMs, createNamespace, allowEmpty, allowMassPrune, confirmPrune };
}

/** What a deletion may do. */
export function deletePolicy(input: Pick<PolicyInput, "allowMassPrune" | "confirmPrune"> & Pick<RunInput, "wait" | "timeout">): SyncPolicy {
  return {
    ...DEFAULT_POLICY,
    prune: true,
    wait: input.wait,
    timeoutMs: input.timeout ?? USUAL_TIMEOUT_MS,
    allowMassPrune: input.allowMassPrune,
    confirmPrune: input.confirmPrune,
  };
}

/** How files become manifests: the default budget with what the flags change. */
export function buildSettings(input: BuildInput): DeliveryRequest["build"] {
  const budget = given({
    fileBytes: input.maxFileSize,
    totalBytes: input.maxBuildSize,
    documents: input.maxDocuments,
    depth: input.maxDepth,
    nodes: input.maxNodes,
    nestedBases: input.maxBases,
    milliseconds: input.buildTimeout,
  });
  return { budget: { ...DEFAULT_BUDGET, ...budget }, loadRestrictor: input.loadRestrictor, strict: input.strict };
}

/** The source on the command line, which must name one. */
export async function requiredSource(input: Located, session: ReadSession): Promise<Source> {
  const source = await typedSource(input, session);
  if (source !== undefined) return source;
  throw new UsageError("nothing to build: no directory and no --repo", "gitops build DIRECTORY, or gitops build --repo URL --path PATH");
}

/** What the Git adapter must know beside the source. */
export function sourceFlags(input: SourceInput & SurroundingsInput & Pick<BuildInput, "maxFileSize">): SourceFlags {
  const { gitTokenFile, repo: typedUrl, maxFileSize } = input;
  return { gitTokenFile, typedUrl, maxFileSize, surroundings: surroundingsFlags(input) };
}

/** What builds may read and run. Throws UsageError for a host that is none. */
export function surroundingsFlags(input: SurroundingsInput): SurroundingsFlags {
  const allowedRemotes = input.allowRemote.map((text) => {
    const allowed = parseAllowedRemote(text);
    if (allowed === undefined)
      throw new UsageError("--allow-remote names no host", "such as github.com, git.example:8443 or http://git.local");
    return allowed;
  });
  if (input.helmCommand === "") throw new UsageError("--helm-command names no program", "leave it out to run helm from the PATH");
  const { enableHelm, helmCommand, helmRelease, helmValues, helmKubeVersion, helmApiVersions } = input;
  return { allowedRemotes, enableHelm, helmCommand, helmRelease, helmValues, helmKubeVersion, helmApiVersions };
}

/** The source on the command line, or undefined where it names none. A local folder and a local repository are made absolute. */
async function typedSource(input: Located, session: ReadSession): Promise<Source | undefined> {
  const { directory, repo, ref, path } = input;
  if (directory !== undefined) {
    const clash = Object.entries({ repo, ref, path }).find(([, value]) => value !== undefined);
    if (clash !== undefined)
      throw new UsageError(`a directory and --${clash[0]} exclude each other`, "give a local directory, or --repo with --ref and --path");
    if (directory === "") throw new UsageError("the directory is empty", "the current one is written as .");
    return { type: "directory", path: resolve(directory) };
  }
  if (repo === undefined) return undefined;
  return {
    type: "git",
    url: await session.repository(repo),
    ref: ref === undefined ? { type: "default" } : parseGitRef(ref),
    path: folder(path ?? ""),
  };
}

/** A folder of the repository without what says nothing: `./a/b/` is `a/b`. Whether it stays inside is for the fetcher to say. */
function folder(path: string): string {
  return path
    .replace(/^(\.?\/+)+/, "")
    .replace(/\/+$/, "")
    .replace(/^\.$/, "");
}

async function deliveryRef(name: string, isNamed: boolean, session: ReadSession, ports: ReaderPorts): Promise<DeliveryRef> {
  if (!isNamed) return session.find(name, ports);
  return { dialect: "bare", namespace: await session.namespace(), name: parseDeliveryName(name) };
}

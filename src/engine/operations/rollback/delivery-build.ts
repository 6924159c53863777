import { digestOf } from "../../build/digest.ts";
import { dialectOf } from "../../dialects/table.ts";
import type { App } from "../../model/app.ts";
import type { Artifact } from "../../model/artifact.ts";
import type { DeliveryRef } from "../../model/delivery.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { GitRepository } from "../../model/git-edit.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatPlacedId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { GitRef, Source } from "../../model/source.ts";
import { AppSources } from "../apps/app-sources.ts";
import { manifestOfLive } from "../apps/live-manifest.ts";
import { requestOf } from "../apps/prepare-app.ts";
import { readVariables } from "../apps/read-maps.ts";
import { buildArtifact, buildDelivery } from "../desired-state.ts";
import type { ReadObject } from "../read-objects.ts";
import type { AppReaderPorts, DeliveryRequest, RunContext } from "../request.ts";
import { recordingTree, type ReadFiles, type RecordedTree } from "./recording-tree.ts";
import type { BuiltChange } from "./rollback-request.ts";

/** A delivery by its source, which can be built at any commit of it. */
export interface DeliveryBuild {
  /** Such as `ks/shop`. */
  readonly address: string;
  readonly namespace: string;
  readonly repository: GitRepository;
  readonly ref: GitRef;
  /** The object that names the ref, for people. */
  readonly refAt: string;
  /** The folder inside the repository; "" for all of it. */
  readonly path: string;
  /** The object that is suspended, so that nothing is delivered; undefined for none. */
  readonly suspended: ResourceId | undefined;
  /** Builds the files of a commit with everything else as it is now. */
  at(commit: string): Promise<BuiltFiles>;
}

/** What the files of a commit are built into, and which files those are. */
export interface BuiltFiles {
  /** Undefined where they cannot be built. */
  readonly manifests: readonly Manifest[] | undefined;
  readonly failure: GitOpsError | undefined;
  readonly read: ReadFiles;
}

type BuildPorts = Pick<AppReaderPorts, "fetcher" | "surroundings" | "cluster" | "clock">;

/** A bare delivery by its record. Throws FIXED_REF for one that comes from a folder. */
export function bareBuild(
  ref: DeliveryRef,
  source: Source,
  options: DeliveryRequest["build"],
  ports: BuildPorts,
  context: RunContext,
): DeliveryBuild {
  const { name, namespace } = ref;
  if (source.type === "directory") {
    throw new GitOpsError("FIXED_REF", `set/${name} comes from the folder ${source.path}, not from a Git repository`, {
      hint: "check out the older files there and run gitops sync",
      data: { delivery: name, namespace },
    });
  }
  const quiet = quietly(context);
  return {
    address: `set/${name}`,
    namespace,
    repository: { url: source.url, isDeclared: false },
    ref: source.ref,
    refAt: `the record of set/${name} -n ${namespace} (gitops sync ${name} --repo URL --ref BRANCH)`,
    path: source.path,
    suspended: undefined,
    at: async (commit) => {
      const artifact = await ports.fetcher.fetch({ ...source, ref: { type: "commit", id: commit }, path: "" }, quiet);
      return build({ ...artifact, path: source.path }, (recorded) => buildArtifact(recorded, options, ports, quiet, ref));
    },
  };
}

/**
 * A delivery that an object of a dialect declares. Throws UNSUPPORTED_CONTENT for an object whose build is not known here, and for a source
 * that is no Git repository; OBJECT_NOT_FOUND, INVALID_MANIFEST.
 */
export async function appBuild(
  { object, view, kind }: ReadObject,
  options: DeliveryRequest["build"],
  ports: BuildPorts,
  context: RunContext,
): Promise<DeliveryBuild> {
  const quiet = quietly(context);
  const app = declaredApp(object, view.id, kind.isPlayed);
  const sources = new AppSources(ports, quiet);
  const source = await sources.find(app.source);
  const variables = await readVariables(app.build.substitution?.from ?? [], app.id.namespace, ports.cluster, quiet);
  const settings = { build: options, policy: NO_POLICY, wait: false, timeoutMs: undefined, takeover: false } as const;
  const request = requestOf(app, variables, {
    ...settings,
    crossNamespace: true,
    strictVariables: true,
    expectCluster: undefined,
    instead: undefined,
  });
  return {
    address: `${kind.words[0] ?? kind.plural}/${view.id.name}`,
    namespace: view.id.namespace,
    repository: { url: source.url, isDeclared: true },
    ref: source.ref,
    refAt: `spec.ref of ${formatPlacedId(source.id)}`,
    path: plainPath(app.build.path),
    suspended: app.isSuspended ? app.id : source.isSuspended ? source.id : undefined,
    at: async (commit) => {
      const artifact = await sources.artifact(app.source, commit);
      return build({ ...artifact, path: app.build.path }, (recorded) => buildDelivery(recorded, request, ports, quiet));
    },
  };
}

const NO_POLICY = {
  forceConflicts: true,
  preflight: false,
  createNamespace: false,
  allowEmpty: true,
  allowMassPrune: true,
  confirmPrune: [],
} as const;

function declaredApp(object: ReadObject["object"], id: ResourceId, isPlayed: boolean): App {
  const dialect = dialectOf(id)?.dialect;
  if (dialect === undefined || !isPlayed) {
    throw new GitOpsError("UNSUPPORTED_CONTENT", `a ${id.kind} cannot be rolled back by its files: what it builds is not known here`, {
      hint: `revert the change of ${formatPlacedId(id)} in Git, or roll back the Kustomization that declares it`,
      data: { object: formatPlacedId(id), namespace: id.namespace },
    });
  }
  return dialect.app(manifestOfLive(object), () => undefined);
}

async function build(
  artifact: Artifact,
  work: (recorded: Artifact) => Promise<{ readonly manifests: readonly Manifest[] }>,
): Promise<BuiltFiles> {
  const recorded: RecordedTree = recordingTree(artifact.tree);
  try {
    const { manifests } = await work({ ...artifact, tree: recorded.tree });
    return { manifests, failure: undefined, read: await recorded.readFiles() };
  } catch (error) {
    if (!(error instanceof GitOpsError) || !isOfTheFiles(error)) throw error;
    return { manifests: undefined, failure: error, read: await recorded.readFiles() };
  }
}

/** A build that fails for what is in the files; every other failure says nothing of them. */
function isOfTheFiles({ code }: GitOpsError): boolean {
  return !["SOURCE_UNREACHABLE", "TIMED_OUT", "UNAUTHENTICATED", "FORBIDDEN", "INTERRUPTED", "CERTIFICATE_INVALID"].includes(code);
}

/** What two builds hold differently, by their objects; the order of objects says nothing. */
export function builtChanges(before: readonly Manifest[], after: readonly Manifest[]): readonly BuiltChange[] {
  const digests = (manifests: readonly Manifest[]) =>
    new Map(manifests.map((each) => [resourceKey(each.id), { id: each.id, digest: digestOf([each]) }]));
  const [old, now] = [digests(before), digests(after)];
  const changed = [...now].flatMap(([key, { id, digest }]): BuiltChange[] => {
    const known = old.get(key);
    if (known === undefined) return [{ ...id, action: "added" }];
    return known.digest === digest ? [] : [{ ...id, action: "changed" }];
  });
  return [...changed, ...[...old].flatMap(([key, { id }]): BuiltChange[] => (now.has(key) ? [] : [{ ...id, action: "removed" }]))];
}

/** Several builds of one delivery would tell everything several times. */
function quietly(context: RunContext): RunContext {
  return { ...context, emit: (event) => (event.type === "request.retried" ? context.emit(event) : undefined) };
}

function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

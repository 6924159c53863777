import { artifactTree } from "../../build/flux/artifact-tree.ts";
import { dialectOf } from "../../dialects/table.ts";
import type { SourceObject } from "../../model/app.ts";
import type { Artifact } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { parseGitRef, type GitRef, type Source } from "../../model/source.ts";
import type { AppReaderPorts, RunContext } from "../request.ts";
import { manifestOfLive } from "./live-manifest.ts";
import { readSecret } from "./read-maps.ts";

/** The sources of a run: each is found once and fetched once, however many apps build from it. */
export class AppSources {
  readonly #declared = new Map<string, Manifest>();
  readonly #found = new Map<string, Promise<SourceObject>>();
  readonly #artifacts = new Map<string, Promise<Artifact>>();
  readonly #ports: Pick<AppReaderPorts, "cluster" | "fetcher">;
  readonly #context: RunContext;

  constructor(ports: Pick<AppReaderPorts, "cluster" | "fetcher">, context: RunContext) {
    this.#ports = ports;
    this.#context = context;
  }

  /** Declares a source; one that was used already stays as it was for this run. */
  declare(manifest: Manifest): void {
    this.#declared.set(resourceKey(manifest.id), manifest);
  }

  /** The declared source, else the one in the cluster. Throws OBJECT_NOT_FOUND, UNSUPPORTED_CONTENT, INVALID_MANIFEST. */
  find(id: ResourceId): Promise<SourceObject> {
    const key = resourceKey(id);
    const found = this.#found.get(key) ?? this.#read(id);
    this.#found.set(key, found);
    return found;
  }

  /**
   * The files of a source, without what its ignore rules leave out.
   * Throws what {@link find} and the fetcher throw, SUSPENDED for a suspended source that has no artifact.
   *
   * @param ref another ref than the source's own; "" for its own.
   */
  artifact(id: ResourceId, ref = ""): Promise<Artifact> {
    const key = `${resourceKey(id)} ${ref}`;
    const artifact = this.#artifacts.get(key) ?? this.#fetch(id, ref);
    this.#artifacts.set(key, artifact);
    return artifact;
  }

  async #read(id: ResourceId): Promise<SourceObject> {
    const spoken = dialectOf(id);
    if (spoken === undefined || spoken.kind.role !== "source") {
      throw new GitOpsError("UNSUPPORTED_CONTENT", `${id.kind} is no kind of source that is known`, { hint: "use a GitRepository" });
    }
    if (!spoken.kind.isPlayed) {
      throw new GitOpsError("UNSUPPORTED_CONTENT", `files of the ${id.kind} ${id.namespace}/${id.name} are not fetched by this program`, {
        hint: `let ${spoken.kind.controller.title} and the app's own controller deliver it, or use a GitRepository`,
        data: { object: formatResourceId(id), namespace: id.namespace },
      });
    }
    const manifest = this.#declared.get(resourceKey(id)) ?? (await this.#live(id));
    if (manifest === undefined) {
      throw new GitOpsError("OBJECT_NOT_FOUND", `the source ${id.kind} ${id.namespace}/${id.name} is not there`, {
        hint: "declare it beside the app, or correct spec.sourceRef",
        data: { object: formatResourceId(id), namespace: id.namespace },
      });
    }
    return spoken.dialect.source(manifest, (message) => this.#context.emit({ type: "warning", message }));
  }

  async #live(id: ResourceId): Promise<Manifest | undefined> {
    const { cluster } = this.#ports;
    if ((await cluster.discover(this.#context)).find(id) === undefined) return undefined;
    const object = await cluster.get(id, this.#context);
    return object === undefined ? undefined : manifestOfLive(object);
  }

  async #fetch(id: ResourceId, ref: string): Promise<Artifact> {
    const source = await this.find(id);
    const { secret } = source;
    const data = secret === "" ? undefined : await readSecret({ ...id, name: secret }, this.#ports.cluster, this.#context);
    const wanted = ref === "" ? refOf(source) : parseGitRef(ref);
    const files: Source = { type: "git", url: source.url, ref: wanted, path: "" };
    // A sparse checkout of source-controller leaves submodules empty: here they are refused where they are needed.
    const submodules = source.recurseSubmodules && source.sparse.length === 0;
    const access = { secret: data, timeoutMs: source.timeoutMs, submodules };
    const artifact = await this.#ports.fetcher.fetch(files, { ...this.#context, access });
    await this.#checkIncludes(source, []);
    const includes = await Promise.all(
      source.includes.map(async ({ source: from, ...paths }) => ({ ...paths, tree: (await this.artifact(from)).tree })),
    );
    return { ...artifact, tree: await artifactTree(artifact.tree, { ignore: source.ignore, sparse: source.sparse, includes }) };
  }

  /** Sources that include each other would wait for each other without end. Throws INVALID_MANIFEST. */
  async #checkIncludes(source: SourceObject, above: readonly string[]): Promise<void> {
    const { namespace, name } = source.id;
    if (above.includes(name)) {
      throw new GitOpsError("INVALID_MANIFEST", `the source ${namespace}/${name} includes itself: ${[...above, name].join(" → ")}`, {
        hint: "break the circle of spec.include",
        data: { object: formatResourceId(source.id), namespace },
      });
    }
    for (const { source: included } of source.includes) await this.#checkIncludes(await this.find(included), [...above, name]);
  }
}

/** A suspended source stands still: at the commit of its last artifact. */
function refOf(source: SourceObject): GitRef {
  if (!source.isSuspended) return source.ref;
  const revision = stringAt(source.manifest.object, "status", "artifact", "revision");
  const [, name, id] = /^(?:(.+)@)?sha1:([0-9a-f]{40})$/.exec(revision) ?? [];
  if (id !== undefined) return { type: "commit", id, ...(name === undefined ? {} : { of: { type: "full", name } }) };
  throw new GitOpsError("SUSPENDED", `the source ${source.id.namespace}/${source.id.name} is suspended and has no artifact`, {
    hint: "gitops resume source git NAME",
    data: { object: formatResourceId(source.id), namespace: source.id.namespace, retryable: true },
  });
}

import type { DialectKind } from "../../dialects/table.ts";
import type { Life } from "../../diagnose/index.ts";
import type { Discovery } from "../../model/discovery.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Finding } from "../../model/finding.ts";
import type { JsonObject } from "../../model/json.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ClusterProbe } from "../../ports/cluster-probe.ts";
import type { SourceProbe } from "../../ports/source-probe.ts";
import { controllerOf } from "../controller-life.ts";
import { readObjects, type ReadObject } from "../read-objects.ts";
import type { AppReaderPorts, ReaderPorts, RunContext } from "../request.ts";
import { readableKinds } from "../served-kinds.ts";

/** All that a diagnosis is given: it only reads. */
export interface DoctorPorts extends ReaderPorts {
  /** For builds of apps: their deliveries are recorded otherwise. */
  readonly apps: AppReaderPorts;
  readonly probe: ClusterProbe;
  readonly sourceProbe: SourceProbe;
}

/** An object that was looked for, or why it was not found. */
export type Looked =
  | { readonly type: "there"; readonly object: JsonObject }
  | { readonly type: "missing" | "unserved" }
  | { readonly type: "unreadable"; readonly why: string };

/** One run of the doctor: what was read once is not read again, however many deliveries ask for it. */
export class Examination {
  readonly ports: DoctorPorts;
  readonly context: RunContext;
  readonly discovery: Discovery;
  /** Findings of deliveries that were looked at on the way to another one, by {@link resourceKey}. */
  readonly diagnosed = new Map<string, readonly Finding[]>();
  readonly #objects = new Map<string, Promise<Looked>>();
  readonly #lives = new Map<string, Promise<Life>>();
  readonly #lists = new Map<string, Promise<readonly JsonObject[]>>();
  #apps: Promise<readonly ReadObject[]> | undefined;

  private constructor(ports: DoctorPorts, context: RunContext, discovery: Discovery) {
    this.ports = ports;
    this.context = context;
    this.discovery = discovery;
  }

  /** Asks the cluster what it serves first: nothing can be known of one that does not answer. */
  static async begin(ports: DoctorPorts, context: RunContext): Promise<Examination> {
    return new Examination(ports, context, await ports.cluster.discover(context));
  }

  /** An object as it lives. What may not be read is no failure. */
  look(id: ResourceId, version?: string): Promise<Looked> {
    const key = resourceKey(id);
    const known = this.#objects.get(key) ?? this.#read(id, version);
    this.#objects.set(key, known);
    return known;
  }

  async #read(id: ResourceId, version: string | undefined): Promise<Looked> {
    const { cluster } = this.ports;
    if (this.discovery.find(id) === undefined)
      return this.discovery.unavailableGroups.has(id.group)
        ? { type: "unreadable", why: `the API group ${id.group} does not answer` }
        : { type: "unserved" };
    try {
      const object = await cluster.get(id, { ...this.context, ...(version === undefined ? {} : { version }) });
      return object === undefined ? { type: "missing" } : { type: "there", object };
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
      return { type: "unreadable", why: error.message };
    }
  }

  /** Whether the controller of a kind is alive: asked once for each controller. */
  life({ kind }: Pick<DialectKind, "kind">): Promise<Life> {
    const key = kind.controller.lease;
    const known = this.#lives.get(key) ?? controllerOf(kind, this.ports, this.context);
    this.#lives.set(key, known);
    return known;
  }

  /** The objects of a kind in a namespace; none where they may not be listed, which `hidden` is told. */
  list(group: string, kind: string, namespace: string, hidden: Set<string>): Promise<readonly JsonObject[]> {
    const key = `${group}/${kind}/${namespace}`;
    const known = this.#lists.get(key) ?? this.#list(group, kind, namespace, hidden);
    this.#lists.set(key, known);
    return known;
  }

  async #list(group: string, kind: string, namespace: string, hidden: Set<string>): Promise<readonly JsonObject[]> {
    if (this.discovery.find({ group, kind }) === undefined) return [];
    try {
      return await this.ports.cluster.list({ group, kind, ...(namespace === "" ? {} : { namespace }) }, this.context);
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
      hidden.add(error.message);
      return [];
    }
  }

  /** Every app of the cluster, as far as this user may list them. */
  apps(kinds: readonly DialectKind[]): Promise<readonly ReadObject[]> {
    this.#apps ??= readObjects(
      readableKinds(kinds, this.discovery, { ...this.context, emit: () => undefined }),
      { namespace: undefined, labelSelector: "" },
      this.ports,
      this.context,
    ).then(({ objects }) => objects);
    return this.#apps;
  }
}

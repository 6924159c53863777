import type { Discovery } from "../model/discovery.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { GroupKind, ResourceId } from "../model/resource-id.ts";

/** Which objects of one kind. All namespaces where none is named. */
export interface ListQuery extends GroupKind {
  readonly namespace?: string;
  /** One object alone, whether it is there or not. */
  readonly name?: string;
  /** In Kubernetes selector syntax. */
  readonly labelSelector?: string;
  /** The version to read through; the preferred one where it is left out. */
  readonly version?: string;
}

/** One message of a watch. `listed` is the whole set, first of all and again after every gap. */
export type WatchEvent =
  | { readonly type: "listed"; readonly objects: readonly JsonObject[] }
  | { readonly type: "changed"; readonly object: JsonObject }
  | { readonly type: "deleted"; readonly object: JsonObject };

/** How an apply is made. */
export interface ApplyOptions {
  readonly fieldManager: string;
  /** Take fields that others manage. */
  readonly force: boolean;
  /** Refuse unknown and duplicate fields. */
  readonly strict: boolean;
}

/** Which part of which container's log. */
export interface LogQuery {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** So many lines from the end; all where it is left out. */
  readonly tailLines?: number;
  /** Lines of the last so many seconds. */
  readonly sinceSeconds?: number;
  /** Go on with what comes, until the container ends. */
  readonly follow: boolean;
  /** The container's former run, before it was restarted. */
  readonly previous: boolean;
}

/** A call that can be cancelled. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/**
 * Reads one cluster. `diff` and `get` are given only this, so the compiler proves they change nothing.
 * Every method retries what may be retried, within bounds, honours Retry-After, and throws
 * CLUSTER_UNREACHABLE, UNAUTHENTICATED, FORBIDDEN (data: verb, resource, namespace), CERTIFICATE_INVALID, TIMED_OUT.
 */
export interface ClusterReader {
  /** What the server serves. Read once; `refresh` asks the server again (after a CRD was made). */
  discover(options: CallOptions & { readonly refresh?: boolean }): Promise<Discovery>;
  /**
   * The live object, or undefined when there is none; read through `version` where that is served, else through the preferred one.
   * Throws UNKNOWN_KIND where the kind is not served.
   */
  get(id: ResourceId, options: CallOptions & { readonly version?: string }): Promise<JsonObject | undefined>;
  /** All of a complete list; never a partial one. An unserved kind throws UNKNOWN_KIND. Items carry apiVersion and kind. */
  list(query: ListQuery, options: CallOptions): Promise<readonly JsonObject[]>;
  /** Lists, then follows until the signal is aborted (then it returns). Restarts by itself after gaps, expiry and broken connections. */
  watch(query: ListQuery, options: CallOptions): AsyncIterable<WatchEvent>;
  /**
   * What the server would store: defaults and admission applied, nothing kept.
   * Throws INVALID_MANIFEST (the server's own words), FIELD_CONFLICT (data: conflicts), IMMUTABLE_FIELD (data: fields),
   * NAMESPACE_NOT_FOUND, UNKNOWN_KIND, APPLY_REFUSED (admission), LIMIT_EXCEEDED.
   */
  dryRunApply(manifest: Manifest, options: ApplyOptions & CallOptions): Promise<JsonObject>;
  /** The schemas of the server's OpenAPI v3 document of a group and version (`components.schemas`), or undefined where it publishes none. */
  openApi(group: string, version: string, options: CallOptions): Promise<JsonObject | undefined>;
  /**
   * The lines of a container's log, as they come. Ends with the log; while following, when the container ends or the signal is aborted.
   * Throws OBJECT_NOT_FOUND where there is no log (yet).
   */
  logLines(query: LogQuery, options: CallOptions): AsyncIterable<string>;
  /** The last lines of a container's log. */
  logTail(namespace: string, pod: string, container: string, lines: number, options: CallOptions): Promise<string>;
}

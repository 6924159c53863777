import type { Health } from "./health.ts";
import type { GroupKind, ResourceId } from "./resource-id.ts";
import type { Revision } from "./source.ts";

/** A kind of API object that a dialect speaks. */
export interface SpokenKind extends GroupKind {
  /** An `app` delivers objects, a `source` brings files. */
  readonly role: "app" | "source";
  /** What a person may type for it, the shortest first: `ks`, `kustomization`, `kustomizations`. */
  readonly words: readonly string[];
  readonly plural: string;
  /** The versions that are understood, newest first. */
  readonly versions: readonly string[];
  /** Whether this program can do the controller's work, or only read the object and wait for its controller. */
  readonly isPlayed: boolean;
  readonly controller: Controller;
}

/** The process that works on the objects of a kind. */
export interface Controller {
  /** For messages, such as kustomize-controller. */
  readonly title: string;
  /** The Lease that it renews while it works; a shard's has this name with a suffix behind a dash. "" where it holds none. */
  readonly lease: string;
  /** Where it usually runs: looked into by those who may not list all namespaces. */
  readonly namespace: string;
}

/** An object that an app's record names. */
export interface RecordedObject extends ResourceId {
  readonly version: string;
}

/** What becomes of the delivered objects when the app itself is deleted. */
export interface DeletionEffect {
  /** `none` where it delivers nothing. */
  readonly members: "deleted" | "kept" | "none";
  /** For people, such as "deletionPolicy is Orphan". */
  readonly why: string;
}

/** One attempt of an app, newest first in {@link ObjectView.history}. */
export interface HistoryEntry {
  readonly revision: Revision;
  /** ISO 8601; "" where it is not known. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** The controller's own word, such as ReconciliationSucceeded. */
  readonly outcome: string;
  readonly attempts: number;
  /** Such as "1.2s"; "" where it is not known. */
  readonly duration: string;
}

/** What an object of a dialect says of itself, in words that all dialects share. A function of the object alone. */
export interface ObjectView {
  readonly id: ResourceId;
  readonly role: "app" | "source";
  /** metadata.creationTimestamp. */
  readonly createdAt: string;
  readonly isSuspended: boolean;
  /** Why, where who suspended it said so. */
  readonly suspendReason: string;
  /** ISO 8601 of when it may go on; "" for no such time. */
  readonly suspendUntil: string;
  /** Whether the status speaks of the spec as it is now. */
  readonly isObserved: boolean;
  /** The Ready condition, and what it says. "Unknown" where there is none. */
  readonly ready: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** A controller works on it at this moment. */
  readonly isReconciling: boolean;
  /** It waits for another object of {@link dependsOn}, not for its own work. */
  readonly isBlocked: boolean;
  /** An address only, ready as it stands: no controller works on it, and none answers a request. */
  readonly isStatic: boolean;
  /** A controller gave up until the spec changes. */
  readonly isStalled: boolean;
  /** Of the object itself: Healthy when ready, Degraded when it failed, Progressing between, Suspended when it is. */
  readonly health: Health;
  /** What was applied last (an app), or stored last (a source); "" for nothing yet. */
  readonly revision: Revision;
  /** What was tried last, where that differs. */
  readonly attemptedRevision: Revision;
  /** The last request for a reconciliation that a controller has answered. */
  readonly handledRequest: string;
  /** The last request that was made. */
  readonly pendingRequest: string;
  /** When a condition changed last, ISO 8601. */
  readonly changedAt: string;
  /** Where an app's files come from. */
  readonly source: ResourceId | undefined;
  /** The folder inside the source. */
  readonly path: string;
  /** For a source: what it points to, as a person would write it. */
  readonly url: string;
  readonly dependsOn: readonly ResourceId[];
  /** It delivers to another cluster: what it delivered is not to be looked for beside it. */
  readonly isRemote: boolean;
  /** The Secret beside it that holds the kubeconfig of that cluster; "" for none. */
  readonly clusterSecret: string;
  /** What an app delivered. */
  readonly inventory: readonly RecordedObject[];
  readonly history: readonly HistoryEntry[];
  /** How often it is reconciled, in milliseconds; undefined where the spec does not say. */
  readonly intervalMs: number | undefined;
  /** How long one reconciliation may take, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** The app's policy: what becomes of what Git no longer declares. */
  readonly prunes: boolean;
}

import type { App } from "../model/app.ts";
import type { BuildBudget } from "../build/build-options.ts";
import type { Change } from "../model/change.ts";
import type { DeliveryRef, SyncPolicy } from "../model/delivery.ts";
import type { Emit, SyncCounts } from "../model/event.ts";
import type { Health } from "../model/health.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ObjectView, SpokenKind } from "../model/object-view.ts";
import type { Plan } from "../model/plan.ts";
import type { ResourceId } from "../model/resource-id.ts";
import type { Revision, Source } from "../model/source.ts";
import type { BuildSurroundings } from "../ports/build-surroundings.ts";
import type { Clock } from "../ports/clock.ts";
import type { ClusterBindings } from "../ports/cluster-bindings.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { ClusterWriter } from "../ports/cluster-writer.ts";
import type { DeliveryObjects } from "../ports/delivery-objects.ts";
import type { DeliveryStore, DeliveryWriter } from "../ports/delivery-store.ts";
import type { RemoteClusters } from "../ports/remote-clusters.ts";
import type { SourceFetcher } from "../ports/source-fetcher.ts";

/** All that a reading operation is given. */
export interface ReaderPorts {
  readonly fetcher: SourceFetcher;
  /** Without it builds read their source and nothing else. */
  readonly surroundings?: BuildSurroundings;
  readonly cluster: ClusterReader;
  readonly deliveries: DeliveryStore;
  readonly bindings: Pick<ClusterBindings, "read">;
  readonly clock: Clock;
}

/** All that a writing operation is given. */
export interface WriterPorts extends ReaderPorts {
  readonly cluster: ClusterWriter;
  readonly deliveries: DeliveryWriter;
  readonly bindings: ClusterBindings;
}

/** Opens the clusters that apps deliver to. */
export interface Destinations<Cluster> {
  /** The cluster that the apps themselves are in; "" for `user` keeps who is logged in. */
  own(user: string): Promise<Cluster>;
  /**
   * The cluster of a kubeconfig out of a Secret, `name` for messages. It may run no program and read no file.
   * Throws INVALID_KUBECONFIG, KUBECONFIG_FORBIDDEN.
   */
  remote(kubeconfig: string, name: string, user: string): Promise<Cluster>;
}

/** All that comparing the apps of a dialect is given. */
export interface AppReaderPorts {
  readonly fetcher: SourceFetcher;
  readonly surroundings?: BuildSurroundings;
  /** Where the apps and their sources are. */
  readonly cluster: ClusterReader;
  readonly deliveries: DeliveryStore;
  readonly destinations: Destinations<ClusterReader>;
  readonly bindings: Pick<ClusterBindings, "read">;
  readonly clock: Clock;
}

/** All that delivering the apps of a dialect is given. */
export interface AppWriterPorts extends AppReaderPorts {
  readonly objects: DeliveryObjects;
  readonly deliveries: DeliveryWriter;
  readonly destinations: Destinations<ClusterWriter>;
  readonly bindings: ClusterBindings;
}

/** What asking a controller needs: delivery objects can be written, workloads cannot. */
export interface AskingPorts {
  readonly cluster: ClusterReader;
  readonly objects: DeliveryObjects;
  readonly clock: Clock;
}

/** The cluster at hand, and ways to others. */
export interface FleetPorts extends AskingPorts {
  readonly remotes: RemoteClusters;
}

/** How a run is cancelled, and where it tells what it does. */
export interface RunContext {
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** What the object of an app asks of its delivery, beyond what a bare one can ask. */
export interface AppDelivery {
  readonly app: App;
  /** Maps of variables in the order of the app's own list; later ones win. */
  readonly variables: readonly Readonly<Record<string, string>>[];
  /** Variables that are not set and have no default are errors. */
  readonly strictVariables: boolean;
  /** Whether this run delivers an object of the build itself, as an app or source of its own. */
  readonly plays: (id: ResourceId) => boolean;
  /** Whether an app is one of this very run, which then waits for it by itself. */
  readonly isOfRun: (id: ResourceId) => boolean;
}

/** One delivery to plan. */
export interface DeliveryRequest {
  readonly ref: DeliveryRef;
  /** Where the desired state lies; the recorded source where it is left out. */
  readonly source: Source | undefined;
  /** A partial change of the recorded source: another ref or path for this run. */
  readonly override: { readonly ref?: string; readonly path?: string };
  readonly policy: SyncPolicy;
  readonly build: {
    readonly budget: BuildBudget;
    readonly loadRestrictor: "LoadRestrictionsRootOnly" | "LoadRestrictionsNone";
    readonly strict: boolean;
    /** Whether manifests tell which steps touched which fields; see BuildOptions. */
    readonly tracesTouches?: boolean | { readonly ofKind: string };
    /** Nothing is delivered: what SOPS encrypted is printed as it is. */
    readonly keepsEncrypted?: boolean;
  };
  /** uid of kube-system that the cluster must have. */
  readonly expectCluster: string | undefined;
  /** Present where an object of a dialect declares the delivery. */
  readonly app?: AppDelivery;
}

/** A plan with all that executing or showing it needs. */
export interface PreparedSync {
  readonly request: DeliveryRequest;
  readonly revision: Revision;
  readonly source: Source;
  readonly cluster: string;
  readonly plan: Plan;
  /** Every change, the unchanged ones too, in plan order. */
  readonly changes: readonly Change[];
  /** Objects of the build that this run delivers itself. Those that the cluster does not serve are in no step of the plan. */
  readonly nested: readonly Manifest[];
  /** Of the objects that were built, `sha256:<hex>`; "" for a bare delivery. */
  readonly digest: string;
  /** What the delivery's record said when it was read; undefined for a first sync. */
  readonly stored: { readonly inventory: Inventory; readonly resourceVersion: string } | undefined;
}

/** How a run ended. The error, where one is there, decides the exit status. */
export interface SyncResult {
  readonly revision: Revision;
  readonly counts: SyncCounts;
  /** Everything that went wrong, the deciding one first; empty where all went well. GitOpsErrors. */
  readonly failures: readonly Error[];
}

/** One object of a delivery as `get` shows it. */
export interface ResourceStatus {
  readonly id: ResourceId;
  readonly version: string;
  readonly sync: "Synced" | "OutOfSync" | "Unknown";
  readonly health: Health;
  /** ISO 8601, or "" where the object is missing. */
  readonly createdAt: string;
}

/** One delivery as `get` shows it. */
export interface DeliveryStatus {
  readonly ref: DeliveryRef;
  readonly revision: Revision;
  readonly source: Source;
  readonly sync: "Synced" | "OutOfSync" | "Unknown";
  readonly health: Health;
  readonly createdAt: string;
  readonly resources: readonly ResourceStatus[];
}

/** One object of a dialect as `get` shows it. */
export interface ObjectStatus {
  /** The dialect's name, such as "flux". */
  readonly dialect: string;
  readonly kind: SpokenKind;
  readonly view: ObjectView;
  /** Whether an app's applied revision is the one that its source has; of a source, whether it has the newest it could fetch. */
  readonly sync: "Synced" | "OutOfSync" | "Unknown";
  /** The worst of its own and, where they were read, of its objects'. */
  readonly health: Health;
  /** Its objects as they live; undefined in a listing, which reads the deliveries only. */
  readonly resources: readonly ResourceStatus[] | undefined;
}

/** A delivery of any sort. */
export type AnyStatus =
  | { readonly type: "bare"; readonly status: DeliveryStatus }
  | { readonly type: "object"; readonly status: ObjectStatus };

/** Which objects a listing is about. */
export interface ListScope {
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** In Kubernetes' selector syntax; "" for all. */
  readonly labelSelector: string;
}

/** What reading the objects of dialects needs. */
export type ObjectPorts = Pick<ReaderPorts, "cluster" | "clock">;

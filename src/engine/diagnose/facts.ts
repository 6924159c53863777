import type { FailedStage } from "../model/app-outcome.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ErrorCode } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import type { Health } from "../model/health.ts";
import type { JsonObject } from "../model/json.ts";
import type { ObjectView } from "../model/object-view.ts";
import type { Reference } from "../model/reference.ts";
import type { ResourceId } from "../model/resource-id.ts";

/** Whether a controller works on an object. */
export type Life =
  | { readonly alive: true; readonly by: string }
  | { readonly alive: false }
  | { readonly alive: "unknown"; readonly why: string };

/** An object that another one refers to, as it was found. `there` with `keys` of a Secret or ConfigMap, never their values. */
export interface ReferenceFacts {
  readonly reference: Reference;
  readonly state: "there" | "missing" | "terminating" | "unreadable";
  readonly keys: readonly string[];
}

/** How an attempt of a controller ended. */
export interface FailureFacts {
  /** The controller's own word, such as BuildFailed. */
  readonly reason: string;
  readonly message: string;
  /** The part that failed, where the reason says so. */
  readonly stage: FailedStage | undefined;
  /** From an event: the next attempt is under way. */
  readonly isFormer: boolean;
}

/** An object of a dialect with what stands around it. */
export interface ObjectFacts {
  readonly id: ResourceId;
  /** As a person types it: `ks/shop`. */
  readonly address: string;
  readonly view: ObjectView;
  readonly object: JsonObject;
  /** The controller's name. */
  readonly controller: string;
  readonly life: Life;
  /** The shard that it is put into; "" for none. */
  readonly shard: string;
  /** What went wrong last: as the Ready condition says or, while the next attempt runs, the last event. Undefined where nothing did. */
  readonly failure: FailureFacts | undefined;
  readonly references: readonly ReferenceFacts[];
  /** Whether this program can do the controller's work. */
  readonly isPlayed: boolean;
}

/** The source of a delivery. */
export type SourceFacts =
  | { readonly type: "there"; readonly facts: ObjectFacts; readonly inner: SourceFacts | undefined }
  | { readonly type: "missing" | "unserved" | "unreadable"; readonly id: ResourceId; readonly why: string };

/** A delivery that another one waits for. */
export interface DependencyFacts {
  readonly id: ResourceId;
  readonly address: string;
  readonly state: "ready" | "not-ready" | "missing" | "unreadable";
  /** What was found of it, in turn. */
  readonly findings: readonly Finding[];
}

/** What delivers a delivery. */
export interface ParentFacts {
  readonly id: ResourceId;
  readonly address: string;
  readonly isSuspended: boolean;
  /** It has failed, or its source has something newer. */
  readonly isBehind: boolean;
}

/** One object that a delivery owns. */
export interface MemberFacts {
  readonly id: ResourceId;
  readonly object: JsonObject | undefined;
  /** Why it may not be read; "" where it was. */
  readonly unreadable: string;
  readonly isServed: boolean;
  /** Whether its kind has a status subresource, which some controller is expected to fill. */
  readonly hasStatus: boolean;
  readonly health: Health;
  /** What its Pods, events and claims say; "" where they explain no more than its own verdict. */
  readonly why: string;
  /** Last lines of the log of its worst container. */
  readonly log: { readonly pod: string; readonly container: string; readonly line: string } | undefined;
  /** What was found of it where it is a delivery or a source itself. */
  readonly findings: readonly Finding[];
}

/** Everything that is known about one delivery. */
export interface DeliveryFacts {
  /** As a person types it: `ks/shop`, `set/shop`. */
  readonly address: string;
  readonly id: ResourceId;
  readonly namespace: string;
  /** Undefined for a bare delivery. */
  readonly app: ObjectFacts | undefined;
  /** Why a sync of it would fail, as this program finds it. */
  readonly failure:
    | {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string;
        readonly diagnostics: readonly Diagnostic[];
        readonly isElsewhere: boolean;
      }
    | undefined;
  readonly source: SourceFacts | undefined;
  readonly dependencies: readonly DependencyFacts[];
  /** Addresses of a circle of dependencies that it is part of. */
  readonly cycle: readonly string[];
  readonly parent: ParentFacts | undefined;
  readonly members: readonly MemberFacts[];
  /** Objects that another delivery owns too, and which. */
  readonly rivals: readonly { readonly id: ResourceId; readonly owner: string }[];
  /** Objects that somebody else wrote after they were applied. `at` in ISO 8601. */
  readonly foreign: readonly { readonly id: ResourceId; readonly manager: string; readonly at: string }[];
  /** Objects that it delivered once and that nobody declares. */
  readonly lingering: readonly ResourceId[];
  /** Objects that annotations exempt. */
  readonly leftAlone: readonly { readonly id: ResourceId; readonly how: string }[];
  /** Objects that differ from Git. */
  readonly outOfSync: readonly ResourceId[];
  /** What may not be read, one line each. */
  readonly hidden: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

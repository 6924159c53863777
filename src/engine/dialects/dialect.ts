import type { App, SourceObject } from "../model/app.ts";
import type { AppOutcome, FailedStage } from "../model/app-outcome.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { DeletionEffect, ObjectView, SpokenKind } from "../model/object-view.ts";
import type { ObjectSurroundings } from "../model/reference.ts";
import type { RecordFormat } from "../model/record-format.ts";
import type { ResourceId } from "../model/resource-id.ts";

/**
 * One ecosystem's own objects, translated. Pure: every method is a function of the objects it is given.
 * To add a dialect, add a folder with one of these, a line in `table.ts` and one in `conventions.ts`.
 */
export interface Dialect {
  /** As in `get -o json` and in the name of the folder. */
  readonly name: Exclude<DeliveryRef["dialect"], "bare">;
  /** The ecosystem's own name, for messages. */
  readonly title: string;
  /** Apps before sources, those used most first. */
  readonly kinds: readonly SpokenKind[];
  /** CustomResourceDefinitions of the played kinds, for clusters that have none. */
  readonly definitions: readonly JsonObject[];
  /** How the played kind of app keeps what it owns. */
  readonly record: RecordFormat;
  /** What an object says of itself, whatever version it is read through. */
  view(object: JsonObject): ObjectView;
  /** What stands around an object, as it says itself: the Secrets and accounts that it needs, its shard. Total, as {@link view} is. */
  surroundings(object: JsonObject): ObjectSurroundings;
  /** The part of an app's run that failed, by the reason of its Ready condition; undefined for a reason of no known part. */
  failedStage(reason: string): FailedStage | undefined;
  /** The app that an object's own marks name as its deliverer, whether there is such an app or not. */
  ownerOf(object: JsonObject): ResourceId | undefined;
  /** Warnings for unknown fields go to `warn`. Throws INVALID_MANIFEST, UNSUPPORTED_CONTENT naming the field. */
  app(manifest: Manifest, warn: (message: string) => void): App;
  /** Throws INVALID_MANIFEST, UNSUPPORTED_CONTENT for a kind that is only read. */
  source(manifest: Manifest, warn: (message: string) => void): SourceObject;
  /** The status of an app after a run, to be merged into the one it has; what the controller would have written. */
  statusAfter(object: JsonObject, outcome: AppOutcome): JsonObject;
  /** Annotations that ask something of a controller once: no part of what an object declares. */
  readonly requestAnnotations: readonly string[];
  /** What is told about a run that changed something or failed, from the object after it; the annotations that its tools read with it. */
  eventAfter(outcome: AppOutcome): Readonly<{ reason: string; annotations: Readonly<Record<string, string>> }>;
  /** A merge patch that asks the controller to reconcile now; `token` is told apart from all earlier ones. */
  requestPatch(token: string): JsonObject;
  /** A merge patch that suspends or resumes. `reason` and `until` (ISO 8601) are noted where they are not "". */
  suspendPatch(suspend: boolean, reason: string, until: string): JsonObject;
  /** What the controller does with the delivered objects when this object is deleted as it is. */
  deletionEffect(object: JsonObject): DeletionEffect;
  /** A merge patch after which a deletion leaves the delivered objects. */
  keepPatch(object: JsonObject): JsonObject;
  /** A merge patch that takes the controller's own finalizer off an object, and no other; undefined where it carries none. */
  releasePatch(object: JsonObject): JsonObject | undefined;
}

import type { App, SourceObject } from "../model/app.ts";
import type { Conventions, OwnerMark } from "../model/conventions.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ObjectView, SpokenKind } from "../model/object-view.ts";
import type { ResourceId } from "../model/resource-id.ts";

/**
 * One ecosystem's own objects, translated. Pure: every method is a function of the objects it is given.
 * To add a dialect, add a folder with one of these and a line in `table.ts`.
 */
export interface Dialect {
  /** As in `get -o json` and in the name of the folder. */
  readonly name: string;
  /** The ecosystem's own name, for messages. */
  readonly title: string;
  /** Apps before sources, those used most first. */
  readonly kinds: readonly SpokenKind[];
  readonly conventions: Conventions;
  /** What an object says of itself, whatever version it is read through. */
  view(object: JsonObject): ObjectView;
  /** Warnings for unknown fields go to `warn`. Throws INVALID_MANIFEST, UNSUPPORTED_CONTENT naming the field. */
  app(manifest: Manifest, warn: (message: string) => void): App;
  /** Throws INVALID_MANIFEST, UNSUPPORTED_CONTENT for a kind that is only read. */
  source(manifest: Manifest, warn: (message: string) => void): SourceObject;
  /** The marks that members of an app carry. */
  ownerMark(app: ResourceId): OwnerMark;
  /** A merge patch that asks the controller to reconcile now; `token` is told apart from all earlier ones. */
  requestPatch(token: string): JsonObject;
  /** A merge patch that suspends or resumes. `reason` and `until` (ISO 8601) are noted where they are not "". */
  suspendPatch(suspend: boolean, reason: string, until: string): JsonObject;
}

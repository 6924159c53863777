import type { JsonObject } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import type { ResourceId } from "./resource-id.ts";

/** A field that Git declares and that somebody else manages until now. */
export interface Takeover {
  readonly manager: string;
  /** JSON pointer (RFC 6901). */
  readonly field: string;
}

/** What a run would do to one object. */
export type Change =
  | {
      readonly action: "create";
      readonly id: ResourceId;
      readonly desired: Manifest;
      /** What the server would store; undefined where the dry-run was left out or deferred. */
      readonly predicted: JsonObject | undefined;
    }
  | {
      readonly action: "configure";
      readonly id: ResourceId;
      readonly desired: Manifest;
      readonly live: JsonObject;
      readonly predicted: JsonObject | undefined;
      /** JSON pointers of what differs, in document order. Empty where only the ownership of fields changes. */
      readonly fields: readonly string[];
      readonly takeovers: readonly Takeover[];
      /** Managers whose entries move into ours before the apply (kubectl, an older Update of ours). */
      readonly migrate: readonly string[];
    }
  | { readonly action: "none"; readonly id: ResourceId; readonly desired: Manifest; readonly live: JsonObject }
  | {
      readonly action: "skip";
      readonly id: ResourceId;
      readonly reason: string;
      /** Set where the state of the object could not be read: what should become of it is not known, so the run did not do all of its work. */
      readonly isUnknown?: true;
    }
  | { readonly action: "prune"; readonly id: ResourceId; readonly live: JsonObject };

/** A change that writes a desired object, or finds it unchanged. */
export type ApplyChange = Extract<Change, { desired: Manifest }>;

import type { GroupKind } from "./resource-id.ts";

/** One kind that the API server serves. */
export interface ServedKind extends GroupKind {
  /** The group's preferred version that serves this kind. */
  readonly version: string;
  /** All versions that serve it, preferred first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Whether its status is written by requests of its own (the status subresource). */
  readonly hasStatus?: boolean;
}

/** What an API server serves, at one moment. */
export interface Discovery {
  readonly kinds: readonly ServedKind[];
  /** Groups whose discovery failed (an aggregated API that is down): their kinds are unknown, not absent. */
  readonly unavailableGroups: ReadonlySet<string>;
  /** The served kind, or undefined. A constant-time look-up. */
  find(groupKind: GroupKind): ServedKind | undefined;
}

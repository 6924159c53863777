import type { Manifest } from "./manifest.ts";
import type { JsonObject } from "./json.ts";
import type { ObjectOptions } from "./object-options.ts";
import type { ResourceId } from "./resource-id.ts";
import type { Revision } from "./source.ts";

/** Labels and annotations that say whose an object is. */
export interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** How the members of one delivery are known: by labels that all carry, or by annotations of each one's own. */
export interface OwnerMark {
  /** For messages, such as "the label applyset.kubernetes.io/part-of". */
  readonly text: string;
  of(id: ResourceId): Marks;
}

/** Which run this is; names of hooks are made of it. */
export interface RunIdentity {
  readonly revision: Revision;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** What the deliveries of a dialect do each in its own way. The stages know no dialect: they ask this. */
export interface Conventions {
  /** Owns the declared fields in managedFields. */
  readonly fieldManager: string;
  /** When what Git no longer declares goes: after everything else and only if that went well, or once all is applied, before health. */
  readonly prune: "last" | "before-health";
  /** Whether what is not pruned, because prune is off or the object says so, is forgotten: no later sync prunes it either. */
  readonly forgetsUnpruned: boolean;
  /** Whether a build without objects is fine where nothing was delivered before. */
  readonly startsEmpty: boolean;
  /** What a desired object asks for. Throws INVALID_MANIFEST for a word that cannot be meant. */
  optionsOf(manifest: Manifest): ObjectOptions;
  /** The same of a live object, which is never refused; warnings begin with `where`. */
  optionsOfLive(object: JsonObject, where: string): Omit<ObjectOptions, "hook">;
  /** Whether an object carries the words of a hook. */
  isHook(object: JsonObject): boolean;
  /** The manifests that one stands for in a run: a hook without a name is one object for each of its phases. */
  expand(manifest: Manifest, run: RunIdentity): readonly Manifest[];
}

import type { FindingCode } from "../../model/finding.ts";
import type { ResourceId } from "../../model/resource-id.ts";

/** The object whose controller said something. */
export interface Speaker {
  readonly id: ResourceId;
  /** As a person types it: `ks/shop`. */
  readonly address: string;
  /** The repository, for a source. */
  readonly url: string;
}

/** Words that controllers and servers use, and what they mean. The first match of a table counts. */
export interface Wording {
  readonly says: RegExp;
  readonly code: FindingCode;
  /** One line in our words; the controller's own are evidence. */
  readonly means: (match: RegExpExecArray, speaker: Speaker) => string;
  readonly next: (match: RegExpExecArray, speaker: Speaker) => string;
}

/** `-n NAMESPACE` of the speaker. */
export function at({ id }: Speaker): string {
  return `-n ${id.namespace}`;
}

/** A command that has the speaker's controller try again. */
export function again({ id, address }: Speaker): string {
  const isSource = id.group.startsWith("source.");
  return `gitops reconcile ${isSource ? `${id.kind.toLowerCase()} ${id.name}` : address} -n ${id.namespace}`;
}

import type { GitFile, GitRepository } from "../../model/git-edit.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import type { GitHistory } from "../../ports/git-history.ts";
import type { GitWriter, ProposedCommit } from "../../ports/git-writer.ts";
import type { FoundDelivery } from "../find-object.ts";
import type { AppReaderPorts, DeliveryRequest } from "../request.ts";

/** All that planning a rollback is given: nothing of a cluster can be written with it. */
export interface RollbackPorts extends AppReaderPorts {
  readonly history: GitHistory;
  readonly commits: GitWriter;
}

/** What is to be rolled back, and how far. */
export interface RollbackRequest {
  readonly found: FoundDelivery;
  /** A commit, branch or tag, or a revision as `history` shows it; undefined for the last one that was applied and differs. */
  readonly to: string | undefined;
  readonly build: DeliveryRequest["build"];
  /** The commit is to be delivered, too: what is suspended is refused then. */
  readonly delivers: boolean;
  /** Go on where builds of other deliveries change, too. */
  readonly allowOthers: boolean;
}

/** A revision that a delivery can be rolled back to. */
export interface RollbackCandidate {
  readonly commit: string;
  /** `status`: the delivery's own record says that it was applied. `git`: it changed the delivery's files. */
  readonly knownFrom: "status" | "git";
  /** ISO 8601: when it was applied last, or committed. */
  readonly at: string;
  /** The controller's word, or the commit's subject. */
  readonly note: string;
}

/** One file that a rollback writes. Without `before` it is made, without `after` it is deleted. */
export interface FileChange {
  readonly path: string;
  readonly before: GitFile | undefined;
  readonly after: GitFile | undefined;
  /** It lies outside of the delivery's own folder. */
  readonly isOutside: boolean;
}

/** An object that two builds hold differently. */
export interface BuiltChange extends ResourceId {
  readonly action: "added" | "changed" | "removed";
}

/** Another delivery whose build changes with a commit. */
export interface AffectedDelivery {
  /** Such as `ks/shop -n flux-system`. */
  readonly address: string;
  readonly objects: readonly BuiltChange[];
  /** Why it would no longer build; "" where it does. */
  readonly failure: string;
}

/** A rollback that is ready to be published. Its commit is on this machine only. */
export interface RollbackPlan {
  /** Such as `ks/shop`. */
  readonly address: string;
  readonly namespace: string;
  readonly repository: GitRepository;
  readonly branch: string;
  /** Where the branch stands. */
  readonly tip: string;
  readonly to: RollbackCandidate;
  /** Empty where the delivery's files are those of the revision already. */
  readonly files: readonly FileChange[];
  /** What the build of the delivery changes; undefined where the tip does not build. */
  readonly objects: readonly BuiltChange[] | undefined;
  readonly others: readonly AffectedDelivery[];
  /** Undefined where there is nothing to do. */
  readonly proposed: ProposedCommit | undefined;
}

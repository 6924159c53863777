/** Names one delivery of a cluster. A bare delivery has no object behind it; another one is an app object of its dialect. */
export interface DeliveryRef {
  readonly dialect: "bare" | "flux";
  readonly namespace: string;
  readonly name: string;
}

/** What a person let a run do. Every field has its default in {@link DEFAULT_POLICY}. */
export interface SyncPolicy {
  /** Delete what the delivery owns and Git no longer declares. */
  readonly prune: boolean;
  /** Recreate objects whose change the server refuses because a field is immutable. */
  readonly force: boolean;
  /** Take fields that others manage; off: any take-over is FIELD_CONFLICT before the first write. */
  readonly forceConflicts: boolean;
  /** Dry-run all that would be written before the first write. */
  readonly preflight: boolean;
  /** Wait until everything is healthy. */
  readonly wait: boolean;
  /** How long the whole run may take, questions to a person aside, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  /** Make the delivery's namespace where it is missing and not in the build. */
  readonly createNamespace: boolean;
  readonly allowEmpty: boolean;
  readonly allowMassPrune: boolean;
  /** `KIND/NAME` of protected objects (Namespaces, CRDs, PVs, PVCs …) that may be pruned or recreated. */
  readonly confirmPrune: readonly string[];
}

/** What `gitops sync` does when no flag is given. */
export const DEFAULT_POLICY: SyncPolicy = {
  prune: false,
  force: false,
  forceConflicts: true,
  preflight: true,
  wait: true,
  timeoutMs: 5 * 60_000,
  createNamespace: false,
  allowEmpty: false,
  allowMassPrune: false,
  confirmPrune: [],
};

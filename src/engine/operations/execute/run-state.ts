import { NO_COUNTS, type AppliedAction, type Emit, type SyncCounts } from "../../model/event.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../../model/resource-id.ts";

/** What a run has done so far: counted, told, and remembered for the inventory. */
export class RunState {
  readonly #emit: Emit;
  readonly #counts = { ...NO_COUNTS };
  readonly #failures: GitOpsError[] = [];
  readonly #objects = new Map<string, { readonly id: ResourceId; readonly object: JsonObject }>();
  readonly #gone = new Set<string>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  get counts(): SyncCounts {
    return { ...this.#counts };
  }

  get failures(): readonly GitOpsError[] {
    return this.#failures;
  }

  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** An accepted write request. */
  wrote(): void {
    this.#counts.writes += 1;
  }

  /** The end of one object's apply, with what the server stores now. */
  applied(id: ResourceId, action: Exclude<AppliedAction, "pruned" | "skipped">, object: JsonObject): void {
    this.#counts[action === "recreated" ? "configured" : action] += 1;
    this.#objects.set(resourceKey(id), { id, object });
    this.#emit({ type: "object.applied", id, action });
  }

  pruned(id: ResourceId): void {
    this.#counts.pruned += 1;
    this.#gone.add(resourceKey(id));
    this.#emit({ type: "object.applied", id, action: "pruned" });
  }

  skipped(id: ResourceId): void {
    this.#counts.skipped += 1;
    this.#emit({ type: "object.applied", id, action: "skipped" });
  }

  /** An object that turned out to be no longer ours: it stays, and leaves the inventory. */
  disowned(id: ResourceId): void {
    this.#gone.add(resourceKey(id));
    this.skipped(id);
  }

  /** One object that failed; what is no GitOpsError is our bug and ends the run. */
  failed(id: ResourceId, error: unknown): void {
    if (!(error instanceof GitOpsError)) throw error;
    this.#counts.failed += 1;
    this.#failures.push(withObject(error, id));
    this.#emit({ type: "object.failed", id, code: error.code, message: error.message });
  }

  /** A failure of the run as a whole. */
  failedAsWhole(error: GitOpsError): void {
    this.#failures.push(error);
  }

  /** The objects applied in this run, as the server answered. */
  objects(): readonly { readonly id: ResourceId; readonly object: JsonObject }[] {
    return [...this.#objects.values()];
  }

  /** uid of an object applied in this run; "" where it was not. */
  uidOf(id: ResourceId): string {
    return stringAt(this.#objects.get(resourceKey(id))?.object, "metadata", "uid");
  }

  /** Whether an object of the inventory was deleted or turned out not to be ours. */
  isGone(id: ResourceId): boolean {
    return this.#gone.has(resourceKey(id));
  }
}

function withObject(error: GitOpsError, id: ResourceId): GitOpsError {
  if (error.data["object"] !== undefined) return error;
  return new GitOpsError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    data: { ...error.data, object: formatResourceId(id) },
    cause: error,
  });
}

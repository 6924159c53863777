import { GitOpsError } from "../../model/errors.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import type { ObjectView } from "../../model/object-view.ts";
import { formatPlacedId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ReadObject } from "../read-objects.ts";
import type { RunContext } from "../request.ts";
import { notReady } from "./not-ready.ts";

/** How asking a controller ended, for one object. */
export interface AskOutcome {
  readonly id: ResourceId;
  /** `requested` where nobody waited; `skipped` for a suspended one among many. */
  readonly result: "ready" | "requested" | "failed" | "skipped" | "timed out";
  /** As last seen. */
  readonly view: ObjectView;
  /** The request that was made; "" where none was. */
  readonly token: string;
  readonly elapsedMs: number;
  /** Why it failed; GitOpsError. */
  readonly error?: GitOpsError;
}

/** One object whose controller was asked: what is seen of it, and what that means. */
export class AskedObject {
  readonly found: ReadObject;
  readonly uid: string;
  readonly #context: RunContext;
  /** Ours, and those of later requests that were written over it: whoever handles one of them has seen ours, too. */
  #tokens: ReadonlySet<string>;
  #token: string;
  #view: ObjectView;
  #isSent = false;
  /** Whether what is seen is from after the request: before that, an older token in the annotation would look like a later one. */
  #isCurrent = false;
  #told: string;
  /** Whether a dependency that is asked, too, holds it up; once that is ready, it is asked again: its controller would look only later. */
  #isHeldUp = false;
  #end: { readonly result: "ready" | "requested" | "failed"; readonly error?: GitOpsError } | undefined;

  constructor(found: ReadObject, token: string, context: RunContext) {
    this.found = found;
    this.#token = token;
    this.uid = stringAt(found.object, "metadata", "uid");
    this.#view = found.view;
    this.#tokens = new Set([token]);
    this.#told = wordsOf(found.view);
    this.#context = context;
  }

  get token(): string {
    return this.#token;
  }

  get view(): ObjectView {
    return this.#view;
  }

  get end() {
    return this.#end;
  }

  get isHandled(): boolean {
    return this.#tokens.has(this.#view.handledRequest);
  }

  /** Whether it should be asked again, now that what held it up is ready. */
  wantsAnother(isOpen: (key: string) => boolean): boolean {
    return this.#isHeldUp && this.#end === undefined && !this.#dependsOnOpen(isOpen);
  }

  /** A request with another token follows, and only its answer counts from here on. */
  restart(token: string): void {
    this.#token = token;
    this.#tokens = new Set([token]);
    this.#isSent = false;
    this.#isCurrent = false;
    this.#isHeldUp = false;
  }

  /** The request was written; `object` is the server's answer. */
  sent(object: JsonObject, isWaitedFor: boolean): void {
    this.#isSent = true;
    this.#view = this.found.dialect.view(object);
    this.#context.emit({ type: "request.sent", id: this.#view.id, controller: this.found.kind.controller.title });
    if (!isWaitedFor) this.#end = { result: "requested" };
    else if (this.#view.isStatic) this.#end = { result: "ready" };
  }

  fail(error: GitOpsError): void {
    this.#end ??= { result: "failed", error };
  }

  /** To be called for every state that arrives, in order, before {@link see}. `isListed`: it comes from a new list. */
  arrived(object: JsonObject, isListed: boolean): void {
    if (isListed && this.#isSent) this.#isCurrent = true;
    else this.#isCurrent ||= this.found.dialect.view(object).pendingRequest === this.#token;
  }

  /**
   * Judges the latest state.
   *
   * @param isOpen whether another object is still waited for.
   */
  see(object: JsonObject, isOpen: (key: string) => boolean): void {
    if (this.#end !== undefined || !this.#isSent || !this.#isCurrent) return;
    if (stringAt(object, "metadata", "uid") !== this.uid) return this.vanished();
    const view = this.found.dialect.view(object);
    this.#view = view;
    this.#noteOverwritten(view);
    if (stringAt(object, "metadata", "deletionTimestamp") !== "") return this.fail(missing(view.id, "is being deleted"));
    if (this.isHandled) this.#judge(view, isOpen);
    else if (view.isSuspended) this.fail(suspended(this.found));
    this.#tell(view);
  }

  vanished(): void {
    if (this.#isSent) this.fail(missing(this.#view.id, "was deleted while it was waited for"));
  }

  #noteOverwritten({ pendingRequest, id }: ObjectView): void {
    if (pendingRequest === "" || this.#tokens.has(pendingRequest)) return;
    this.#tokens = new Set([...this.#tokens, pendingRequest]);
    const message = `somebody else asked after this request (${pendingRequest}): the answer to either counts`;
    this.#context.emit({ type: "warning", id, message });
  }

  #judge(view: ObjectView, isOpen: (key: string) => boolean): void {
    this.#isHeldUp ||= view.isBlocked && this.#dependsOnOpen(isOpen);
    const isBlocked = view.isBlocked && !this.#isHeldUp;
    if (view.isStalled || (view.ready === "False" && (view.health.status === "Degraded" || isBlocked)))
      return this.fail(notReady(this.found, view));
    if (view.ready !== "True" || !view.isObserved || view.isReconciling) return;
    this.#end = { result: "ready" };
    this.#context.emit({ type: "request.answered", id: view.id, revision: view.revision });
  }

  #dependsOnOpen(isOpen: (key: string) => boolean): boolean {
    return this.#view.dependsOn.some((id) => isOpen(resourceKey(id)));
  }

  #tell(view: ObjectView): void {
    const text = wordsOf(view);
    // What an object said before the request is no news of it.
    if (this.#end !== undefined || text === this.#told || !(view.isReconciling || this.isHandled)) return;
    this.#told = text;
    this.#context.emit({ type: "object.health", id: view.id, health: view.health });
  }
}

function wordsOf({ health: { status, reason, message } }: ObjectView): string {
  return `${status} ${reason} ${message}`;
}

/** Asking for a suspended object says nothing to its controller. */
export function suspended({ kind, view }: ReadObject): GitOpsError {
  const { id } = view;
  const why = view.suspendReason === "" ? "" : ` (${view.suspendReason})`;
  return new GitOpsError("SUSPENDED", `${formatPlacedId(id)} is suspended${why}: its controller does nothing`, {
    hint: `gitops resume ${kind.words[0] ?? ""} ${id.name} -n ${id.namespace}`,
    data: { object: formatPlacedId(id), namespace: id.namespace },
  });
}

function missing(id: ResourceId, what: string): GitOpsError {
  return new GitOpsError("OBJECT_NOT_FOUND", `${formatPlacedId(id)} ${what}`, {
    hint: "gitops get all -A lists what there is",
    data: { object: formatPlacedId(id), namespace: id.namespace },
  });
}

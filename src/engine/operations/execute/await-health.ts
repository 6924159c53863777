import { assessHealth, explain, podSelectorOf } from "../../health/index.ts";
import type { Health } from "../../model/health.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import { groupOf, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ClusterReader, ListQuery } from "../../ports/cluster-reader.ts";
import type { RunContext } from "../request.ts";
import type { Deadline } from "./deadline.ts";

/** What a verdict means for the one who waits. */
export type Judge = (health: Health, object: JsonObject) => "passed" | "waiting" | "failed";

/** One object that is waited for. */
export interface HealthTarget {
  readonly id: ResourceId;
  /** As last seen; where it already passes it is not watched. */
  readonly object: JsonObject;
  readonly judge: Judge;
}

/** How a wait ended. Empty `failed` and `waiting` mean that all passed. */
export interface HealthOutcome {
  readonly failed: readonly JudgedObject[];
  readonly waiting: readonly JudgedObject[];
}

/** An object with the last verdict on it. */
export interface JudgedObject {
  readonly id: ResourceId;
  readonly health: Health;
}

/**
 * Follows objects until all pass, one fails, or the deadline is over; driven by watches.
 * Pods of waiting workloads are watched too: the reason that a person needs stands there.
 */
export async function awaitHealth(targets: readonly HealthTarget[], cluster: ClusterReader, deadline: Deadline, context: RunContext): Promise<HealthOutcome> {
  const wait = new HealthWait(context);
  for (const target of targets) wait.add(target);
  if (wait.isOver) return wait.outcome();
  context.emit({ type: "health.waiting", objects: wait.pendingCount });
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, deadline.signal, context.signal]);
  const follow = async (query: ListQuery, see: (object: JsonObject, deleted: boolean) => void, listed: (objects: readonly JsonObject[]) => void): Promise<void> => {
    for await (const event of cluster.watch(query, { signal })) {
      if (event.type === "listed") listed(event.objects);
      else see(event.object, event.type === "deleted");
      if (wait.isOver) stop.abort();
    }
  };
  const watches = [
    ...wait.queries().map((query) => follow(query, (object, deleted) => wait.see(query, object, deleted), (objects) => wait.seeAll(query, objects))),
    ...wait.podQueries().map((query) => follow(query, (pod, deleted) => wait.seePod(pod, deleted), (pods) => wait.seePods(query, pods))),
  ];
  try {
    await Promise.all(watches);
  } finally {
    stop.abort();
    await Promise.allSettled(watches);
  }
  context.signal.throwIfAborted();
  return wait.outcome();
}

interface Pending {
  readonly id: ResourceId;
  readonly judge: Judge;
  object: JsonObject | undefined;
  health: Health;
  told: string;
}

class HealthWait {
  readonly #context: RunContext;
  readonly #pending = new Map<string, Pending>();
  readonly #failed = new Map<string, Pending>();
  readonly #pods = new Map<string, JsonObject>();

  constructor(context: RunContext) {
    this.#context = context;
  }

  get isOver(): boolean {
    return this.#pending.size === 0 || this.#failed.size > 0;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  outcome(): HealthOutcome {
    const judged = ({ id, health }: Pending): JudgedObject => ({ id, health });
    return { failed: [...this.#failed.values()].map(judged), waiting: [...this.#pending.values()].map(judged) };
  }

  add({ id, object, judge }: HealthTarget): void {
    const health = assessHealth(object);
    if (judge(health, object) === "passed") return;
    this.#pending.set(resourceKey(id), { id, judge, object, health, told: "" });
  }

  /** One watch for each kind and namespace. */
  queries(): readonly ListQuery[] {
    const queries = new Map<string, ListQuery>();
    for (const { id } of this.#pending.values()) {
      queries.set(`${id.group}/${id.kind}/${id.namespace}`, { group: id.group, kind: id.kind, ...(id.namespace === "" ? {} : { namespace: id.namespace }) });
    }
    return [...queries.values()];
  }

  /** One watch of Pods for each namespace in which a workload waits. */
  podQueries(): readonly ListQuery[] {
    const namespaces = new Set<string>();
    for (const { id, object } of this.#pending.values()) {
      if (object !== undefined && podSelectorOf(object) !== undefined) namespaces.add(id.namespace);
    }
    return [...namespaces].map((namespace) => ({ group: "", kind: "Pod", namespace }));
  }

  see({ group, kind }: ListQuery, object: JsonObject, deleted: boolean): void {
    const pending = this.#pending.get(resourceKey({ group, kind, namespace: stringAt(object, "metadata", "namespace"), name: stringAt(object, "metadata", "name") }));
    if (pending !== undefined) this.#judgeAgain(pending, deleted ? undefined : object);
  }

  seeAll(query: ListQuery, objects: readonly JsonObject[]): void {
    const there = new Set<string>();
    for (const object of objects) {
      there.add(`${stringAt(object, "metadata", "namespace")}/${stringAt(object, "metadata", "name")}`);
      this.see(query, object, false);
    }
    for (const pending of [...this.#pending.values()]) {
      const { id } = pending;
      const isAsked = id.group === query.group && id.kind === query.kind && id.namespace === (query.namespace ?? "");
      if (isAsked && !there.has(`${id.namespace}/${id.name}`)) this.#judgeAgain(pending, undefined);
    }
  }

  seePod(pod: JsonObject, deleted: boolean): void {
    const uid = stringAt(pod, "metadata", "uid");
    if (deleted) this.#pods.delete(uid);
    else this.#pods.set(uid, pod);
    this.#tellOwners(stringAt(pod, "metadata", "namespace"));
  }

  seePods({ namespace }: ListQuery, pods: readonly JsonObject[]): void {
    for (const [uid, pod] of this.#pods) if (stringAt(pod, "metadata", "namespace") === namespace) this.#pods.delete(uid);
    for (const pod of pods) this.#pods.set(stringAt(pod, "metadata", "uid"), pod);
    this.#tellOwners(namespace ?? "");
  }

  #judgeAgain(pending: Pending, object: JsonObject | undefined): void {
    pending.object = object;
    pending.health = object === undefined ? { status: "Missing", reason: "Deleted", message: "it was deleted while it was waited for" } : assessHealth(object);
    const verdict = object === undefined ? "failed" : pending.judge(pending.health, object);
    this.#tell(pending);
    if (verdict === "waiting") return;
    this.#pending.delete(resourceKey(pending.id));
    if (verdict === "failed") this.#failed.set(resourceKey(pending.id), pending);
  }

  #tellOwners(namespace: string): void {
    for (const pending of this.#pending.values()) if (pending.id.namespace === namespace) this.#tell(pending);
  }

  /** Says a verdict once, with the reason that the Pods give. */
  #tell(pending: Pending): void {
    const { id, object } = pending;
    if (object !== undefined && pending.health.status !== "Healthy") {
      const reason = explain(object, { pods: this.#podsOf(object), events: [] });
      if (reason !== "") pending.health = { ...pending.health, message: reason };
    }
    const text = `${pending.health.status} ${pending.health.message}`;
    if (text === pending.told) return;
    pending.told = text;
    this.#context.emit({ type: "object.health", id, health: pending.health });
  }

  #podsOf(object: JsonObject): JsonObject[] {
    const selector = podSelectorOf(object);
    if (selector === undefined) return [];
    const namespace = stringAt(object, "metadata", "namespace");
    return [...this.#pods.values()].filter((pod) => stringAt(pod, "metadata", "namespace") === namespace && matchesOwner(pod, object));
  }
}

/** Whether a Pod was made for a workload: its name starts with the workload's, as every controller of Kubernetes names Pods. */
function matchesOwner(pod: JsonObject, workload: JsonObject): boolean {
  return groupOf(stringAt(pod, "apiVersion")) === "" && stringAt(pod, "metadata", "name").startsWith(`${stringAt(workload, "metadata", "name")}-`);
}

import { assessHealth, explain, gateVerdict, podSelectorOf, type Gate, type HealthOptions } from "../../health/index.ts";
import type { Health } from "../../model/health.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import { resourceKey, type GroupKind, type ResourceId } from "../../model/resource-id.ts";
import type { RunContext } from "../request.ts";

/** What a rule of its own makes of an object: its health, and whether the wait for it is over. */
export interface Judgement {
  readonly health: Health;
  readonly verdict: "passed" | "waiting" | "failed";
}

/** One object that is waited for. */
export interface HealthTarget {
  readonly id: ResourceId;
  /** As last seen; where it already passes it is not watched. */
  readonly object: JsonObject;
  readonly gate: Gate;
  /** Whether the kind's schema has a status that a controller is expected to fill. */
  readonly declaresStatus: boolean;
  /** Takes the place of the built-in rules and gates. It is asked about what does not exist, too. */
  readonly judge?: (live: JsonObject | undefined, options: HealthOptions) => Judgement;
  /** It was not there when it was looked for; `object` then only names it. */
  readonly isMissing?: true;
}

/** An object with the last verdict on it. */
interface JudgedObject {
  readonly id: ResourceId;
  readonly gate: Gate;
  readonly health: Health;
}

/** How a wait ended. Empty `failed` and `waiting` mean that all passed. */
export interface HealthOutcome {
  readonly failed: readonly JudgedObject[];
  readonly waiting: readonly JudgedObject[];
}

interface Pending extends HealthTarget {
  object: JsonObject;
  health: Health;
  told: string;
}

/** The state of one wait: what was seen of the objects and of what stands around them, and what that means. */
export class HealthWait {
  readonly #context: RunContext;
  /** Milliseconds since the wait began. */
  readonly #elapsed: () => number;
  readonly #pending = new Map<string, Pending>();
  readonly #failed = new Map<string, Pending>();
  /** Pods and Events by uid: they say why something waits. */
  readonly #related = { Pod: new Map<string, JsonObject>(), Event: new Map<string, JsonObject>() };

  constructor(context: RunContext, elapsed: () => number) {
    this.#context = context;
    this.#elapsed = elapsed;
  }

  get isOver(): boolean {
    return this.#pending.size === 0 || this.#failed.size > 0;
  }

  get pendingIds(): readonly ResourceId[] {
    return [...this.#pending.values()].map(({ id }) => id);
  }

  /** Namespaces in which something waits that Pods or Events may explain. */
  get namespaces(): readonly string[] {
    return [...new Set(this.pendingIds.map(({ namespace }) => namespace).filter((namespace) => namespace !== ""))];
  }

  outcome(): HealthOutcome {
    const judged = ({ id, gate, health }: Pending): JudgedObject => ({ id, gate, health });
    return { failed: [...this.#failed.values()].map(judged), waiting: [...this.#pending.values()].map(judged) };
  }

  add(target: HealthTarget): void {
    const live = target.isMissing === true ? undefined : target.object;
    const { health, verdict } = this.#judgementOf(target, live);
    if (verdict === "passed") return;
    this.#pending.set(resourceKey(target.id), { ...target, health, told: "" });
  }

  see({ group, kind }: GroupKind, object: JsonObject, isDeleted: boolean): void {
    const id = { group, kind, namespace: stringAt(object, "metadata", "namespace"), name: stringAt(object, "metadata", "name") };
    const pending = this.#pending.get(resourceKey(id));
    if (pending === undefined) return;
    if (isDeleted) this.#vanished(pending);
    else this.#judge(pending, object);
  }

  /** A complete list: what is not in it does not exist. */
  seeAll(query: GroupKind & { readonly namespace?: string }, objects: readonly JsonObject[]): void {
    const there = new Set<string>();
    for (const object of objects) {
      there.add(`${stringAt(object, "metadata", "namespace")}/${stringAt(object, "metadata", "name")}`);
      this.see(query, object, false);
    }
    for (const pending of [...this.#pending.values()]) {
      const { id } = pending;
      const isAsked = id.group === query.group && id.kind === query.kind && id.namespace === (query.namespace ?? "");
      if (isAsked && !there.has(`${id.namespace}/${id.name}`)) this.#vanished(pending);
    }
  }

  seeRelated(kind: "Pod" | "Event", object: JsonObject, isDeleted: boolean): void {
    const uid = stringAt(object, "metadata", "uid");
    if (isDeleted) this.#related[kind].delete(uid);
    else this.#related[kind].set(uid, object);
    this.#explainAll(stringAt(object, "metadata", "namespace"));
  }

  seeAllRelated(kind: "Pod" | "Event", namespace: string, objects: readonly JsonObject[]): void {
    const known = this.#related[kind];
    for (const [uid, object] of known) if (stringAt(object, "metadata", "namespace") === namespace) known.delete(uid);
    for (const object of objects) known.set(stringAt(object, "metadata", "uid"), object);
    this.#explainAll(namespace);
  }

  /** Judges again what waits: some verdicts depend on the time. */
  judgeAll(): void {
    for (const pending of [...this.#pending.values()]) if (pending.isMissing !== true) this.#judge(pending, pending.object);
  }

  #options({ declaresStatus }: HealthTarget): HealthOptions {
    return { declaresStatus, ageMs: this.#elapsed() };
  }

  #judgementOf(target: HealthTarget, live: JsonObject | undefined): Judgement {
    if (target.judge !== undefined) return target.judge(live, this.#options(target));
    const object = live ?? target.object;
    const health = assessHealth(object, this.#options(target));
    return { health, verdict: gateVerdict(health, target.gate, object, { events: [...this.#related.Event.values()] }) };
  }

  #judge(pending: Pending, object: JsonObject): void {
    pending.object = object;
    const { health, verdict } = this.#judgementOf(pending, object);
    pending.health = health;
    this.#tell(pending);
    this.#settle(pending, verdict);
  }

  #vanished(pending: Pending): void {
    if (pending.judge !== undefined) {
      const { health, verdict } = pending.judge(undefined, this.#options(pending));
      pending.health = health;
      this.#tell(pending);
      this.#settle(pending, verdict);
      return;
    }
    pending.health = { status: "Missing", reason: "Deleted", message: "it was deleted while it was waited for" };
    this.#tell(pending);
    const verdict = gateVerdict(pending.health, pending.gate, pending.object);
    this.#settle(pending, verdict === "passed" ? "passed" : "failed");
  }

  #settle(pending: Pending, verdict: "passed" | "waiting" | "failed"): void {
    if (verdict === "waiting") return;
    this.#pending.delete(resourceKey(pending.id));
    if (verdict === "failed") this.#failed.set(resourceKey(pending.id), pending);
  }

  /** Events explain, and of a claim they also say that it waits for its first consumer, which no gate waits for. */
  #explainAll(namespace: string): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.id.namespace !== namespace) continue;
      if (pending.id.kind === "PersistentVolumeClaim") this.#judge(pending, pending.object);
      else this.#tell(pending);
    }
  }

  /** Says a verdict once, with the reason that the objects around it give. */
  #tell(pending: Pending): void {
    const { id, object } = pending;
    if (pending.health.status !== "Healthy" && pending.health.reason !== "Deleted") {
      const pods = podSelectorOf(object) === undefined ? [] : [...this.#related.Pod.values()];
      const reason = explain(object, { pods, events: [...this.#related.Event.values()] });
      if (reason !== "") pending.health = { ...pending.health, message: reason };
    }
    const text = `${pending.health.status} ${pending.health.message}`;
    if (text === pending.told) return;
    pending.told = text;
    this.#context.emit({ type: "object.health", id, health: pending.health });
  }
}

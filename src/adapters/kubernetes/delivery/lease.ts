import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import { objectAt, stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { CallOptions } from "../../../engine/ports/cluster-reader.ts";
import type { ClusterWriter } from "../../../engine/ports/cluster-writer.ts";
import type { DeliveryLease } from "../../../engine/ports/delivery-store.ts";
import { isOurParent, parentName } from "./applyset.ts";
import { EXPIRE_MS, RENEW_MS, isKnownDead, newLeaseMark, parseLeaseMark, type LeaseMark } from "./lease-mark.ts";
import { decodeInventory, encodeInventory } from "./inventory-codec.ts";
import { configMapId, decodeRecord, encodeRecord, leaseText, shardNames, strayShards } from "./parent-record.ts";

const FIELD_MANAGER = "gitops";

interface LeaseContext {
  readonly cluster: ClusterWriter;
  readonly clock: Clock;
  readonly ref: DeliveryRef;
}

/**
 * Stores the intent and the lease in one write, guarded by the resourceVersion that was read before.
 * The mark lies in the parent itself: a lease apart from it could be held while another run changes the inventory.
 */
export async function takeLease(
  context: LeaseContext,
  intent: Inventory,
  expected: string | undefined,
  options: CallOptions,
): Promise<DeliveryLease> {
  const current = await context.cluster.get(configMapId(context.ref.namespace, parentName(context.ref)), options);
  const version = current === undefined ? undefined : stringAt(current, "metadata", "resourceVersion");
  if (version !== expected) throw changedMeanwhile(context.ref);
  if (current !== undefined) {
    if (!isOurParent(objectAt(current, "metadata"))) throw changedMeanwhile(context.ref);
    await waitForAbandoned(context, current, options);
  }
  const lease = new HeldLease(context, newLeaseMark(), current);
  await lease.write(intent, options);
  lease.startRenewing();
  return lease;
}

/** Returns when no living run holds the record. A holder on another host is given the time of one expiry to show life. */
async function waitForAbandoned({ cluster, clock, ref }: LeaseContext, parent: JsonObject, options: CallOptions): Promise<void> {
  const text = leaseText(parent);
  if (text === undefined) return;
  const mark = parseLeaseMark(text);
  if (mark !== undefined && isKnownDead(mark)) return;
  const version = stringAt(parent, "metadata", "resourceVersion");
  const until = clock.monotonic() + EXPIRE_MS;
  while (clock.monotonic() < until) {
    await clock.sleep(Math.min(1_000, EXPIRE_MS), options.signal);
    const now = await cluster.get(configMapId(ref.namespace, parentName(ref)), options);
    if (now === undefined || stringAt(now, "metadata", "resourceVersion") !== version) throw heldBy(ref, mark);
  }
}

class HeldLease implements DeliveryLease {
  readonly #context: LeaseContext;
  readonly #lost = new AbortController();
  readonly #stopRenewing = new AbortController();
  /** Ends a renewal under way; only when the one who releases has no more patience. */
  readonly #abandoned = new AbortController();
  #mark: LeaseMark;
  #parent: JsonObject | undefined;
  #inventory: Inventory | undefined;
  /** Writes of the parent go one after the other: each carries the resourceVersion that the former answered. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(context: LeaseContext, mark: LeaseMark, parent: JsonObject | undefined) {
    this.#context = context;
    this.#mark = mark;
    this.#parent = parent;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  write(inventory: Inventory, options: CallOptions): Promise<void> {
    return this.#inTurn(() => this.#store(inventory, this.#mark, options));
  }

  async release(inventory: Inventory | undefined, options: CallOptions): Promise<void> {
    this.#endRenewing(options);
    await this.#inTurn(async () => {
      const last = inventory ?? this.#inventory;
      if (last === undefined || this.#lost.signal.aborted) return;
      await this.#store(last, undefined, options);
    });
  }

  async remove(options: CallOptions): Promise<void> {
    this.#endRenewing(options);
    await this.#inTurn(async () => {
      if (this.#parent === undefined) return;
      const shards = shardNames(this.#parent);
      await this.#delete(this.#parent, options);
      await this.#deleteShards(shards, options);
    });
  }

  startRenewing(): void {
    const { clock } = this.#context;
    const stop = this.#stopRenewing.signal;
    const renew = async (): Promise<void> => {
      while (!stop.aborted && !this.#lost.signal.aborted) {
        await clock.sleep(RENEW_MS, stop);
        this.#mark = { ...this.#mark, beat: this.#mark.beat + 1 };
        const inventory = this.#inventory;
        if (inventory !== undefined) await this.write(inventory, { signal: this.#abandoned.signal });
      }
    };
    renew().catch((error: unknown) => {
      if (!stop.aborted) this.#lost.abort(error);
    });
  }

  /** A renewal under way is let finish: cut off, nobody knows whether the server took it, and so which version comes next. */
  #endRenewing({ signal }: CallOptions): void {
    this.#stopRenewing.abort();
    if (signal.aborted) this.#abandoned.abort(signal.reason);
    else signal.addEventListener("abort", () => this.#abandoned.abort(signal.reason), { once: true });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#tail.then(work, work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #store(inventory: Inventory, mark: LeaseMark | undefined, options: CallOptions): Promise<void> {
    const { cluster, ref } = this.#context;
    const oldShards = this.#parent === undefined ? [] : shardNames(this.#parent);
    const version = this.#parent === undefined ? undefined : stringAt(this.#parent, "metadata", "resourceVersion");
    const record = encodeRecord(ref, inventory, mark, `${this.#mark.run.slice(0, 8)}-${version ?? "0"}`);
    for (const shard of record.shards) await cluster.replace(shard, undefined, { fieldManager: FIELD_MANAGER, ...options });
    try {
      this.#parent = await cluster.replace(record.parent, version, { fieldManager: FIELD_MANAGER, ...options });
    } catch (error) {
      const written = await this.#writtenAfterAll(error, inventory, mark, options);
      if (written === undefined) {
        const reason = isLostRace(error) ? changedMeanwhile(ref, error) : error;
        this.#lost.abort(reason);
        throw reason;
      }
      this.#parent = written;
    }
    this.#inventory = inventory;
    if (oldShards.length > 0 || record.shards.length > 0)
      await this.#deleteShards(await this.#shardsToDelete(this.#parent, oldShards, options), options);
  }

  /** Who may not list ConfigMaps removes the shards of the former record at least. */
  async #shardsToDelete(parent: JsonObject, oldShards: readonly string[], options: CallOptions): Promise<readonly string[]> {
    const { cluster, ref } = this.#context;
    try {
      return await strayShards(ref, parent, cluster, options);
    } catch (error) {
      if (error instanceof GitOpsError && error.code === "FORBIDDEN") return oldShards;
      throw error;
    }
  }

  /** A write whose answer was lost is retried and then refused as stale although it was ours: our mark in it tells. */
  async #writtenAfterAll(
    error: unknown,
    inventory: Inventory,
    mark: LeaseMark | undefined,
    options: CallOptions,
  ): Promise<JsonObject | undefined> {
    if (!isLostRace(error)) return undefined;
    const { cluster, ref } = this.#context;
    const now = await cluster.get(configMapId(ref.namespace, parentName(ref)), options);
    if (now === undefined || leaseText(now) !== (mark === undefined ? undefined : JSON.stringify(mark))) return undefined;
    const stored = await decodeRecord(now, cluster, options);
    // Both as they are stored: the order of keys in memory says nothing.
    return encodeInventory(stored) === encodeInventory(decodeInventory(encodeInventory(inventory), parentName(ref))) ? now : undefined;
  }

  async #deleteShards(names: readonly string[], options: CallOptions): Promise<void> {
    const { cluster, ref } = this.#context;
    for (const name of names) {
      const shard = await cluster.get(configMapId(ref.namespace, name), options);
      if (shard !== undefined) await this.#delete(shard, options);
    }
  }

  async #delete(object: JsonObject, options: CallOptions): Promise<void> {
    const id = configMapId(this.#context.ref.namespace, stringAt(object, "metadata", "name"));
    const uid = stringAt(object, "metadata", "uid");
    await this.#context.cluster.delete(id, {
      uid,
      resourceVersion: stringAt(object, "metadata", "resourceVersion"),
      propagation: "Background",
      ...options,
    });
  }
}

function isLostRace(error: unknown): boolean {
  return error instanceof GitOpsError && error.code === "STALE_OBJECT";
}

function changedMeanwhile(ref: DeliveryRef, cause?: unknown): GitOpsError {
  return new GitOpsError("LOCK_HELD", `another run changed the delivery ${ref.name} while this one was planned`, {
    hint: "run the command again: it plans from what the other run left",
    data: { delivery: ref.name, namespace: ref.namespace, retryable: true },
    cause,
  });
}

function heldBy(ref: DeliveryRef, mark: LeaseMark | undefined): GitOpsError {
  const holder = mark === undefined ? "another run" : `process ${String(mark.pid)} on ${mark.host}`;
  return new GitOpsError("LOCK_HELD", `${holder} is writing the delivery ${ref.name}`, {
    hint: "wait for it to end and run the command again",
    data: { delivery: ref.name, namespace: ref.namespace, holder, retryable: true },
  });
}

import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import { stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { CallOptions } from "../../../engine/ports/cluster-reader.ts";
import type { DeliveryLease } from "../../../engine/ports/delivery-store.ts";
import { EXPIRE_MS, RENEW_MS, isKnownDead, newLeaseMark, parseLeaseMark, type LeaseMark } from "./lease-mark.ts";
import type { LeasedRecord } from "./leased-record.ts";

/**
 * Stores the intent and the lease, guarded by the resourceVersion that was read before.
 * The mark lies in the record itself: a lease apart from it could be held while another run changes the inventory.
 */
export async function takeLease(
  record: LeasedRecord,
  clock: Clock,
  intent: Inventory,
  expected: string | undefined,
  options: CallOptions,
): Promise<DeliveryLease> {
  const current = await record.read(options);
  const version = current === undefined ? undefined : stringAt(current, "metadata", "resourceVersion");
  if (version !== expected) throw changedMeanwhile(record.ref);
  if (current !== undefined) {
    if (!record.isOurs(current)) throw changedMeanwhile(record.ref);
    await waitForAbandoned(record, clock, current, options);
  }
  options.signal.throwIfAborted();
  const lease = new HeldLease(record, clock, newLeaseMark(), current);
  await finished(options.signal, clock, (signal) => lease.write(intent, { ...options, signal }));
  lease.startRenewing();
  return lease;
}

/** How long a write of the intent may still take after a cancellation. */
const FINISH_MS = 10_000;

/** A write that is begun is let finish: cut off it would leave a lease that nobody knows of, to give it back. */
async function finished(cancelled: AbortSignal, clock: Clock, write: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const [late, done] = [new AbortController(), new AbortController()];
  const wait = (): void => {
    clock.sleep(FINISH_MS, done.signal).then(
      () => late.abort(cancelled.reason),
      () => undefined, // it was finished in time
    );
  };
  cancelled.addEventListener("abort", wait, { once: true });
  try {
    await write(late.signal);
  } finally {
    cancelled.removeEventListener("abort", wait);
    done.abort();
  }
}

/** Returns when no living run holds the record. A holder on another host is given the time of one expiry to show life. */
async function waitForAbandoned(record: LeasedRecord, clock: Clock, object: JsonObject, options: CallOptions): Promise<void> {
  const text = record.markOf(object);
  if (text === undefined) return;
  const mark = parseLeaseMark(text);
  if (mark !== undefined && isKnownDead(mark)) return;
  const version = stringAt(object, "metadata", "resourceVersion");
  const until = clock.monotonic() + EXPIRE_MS;
  while (clock.monotonic() < until) {
    await clock.sleep(Math.min(1_000, EXPIRE_MS), options.signal);
    const now = await record.read(options);
    if (now === undefined || stringAt(now, "metadata", "resourceVersion") !== version) throw heldBy(record.ref, mark);
  }
}

class HeldLease implements DeliveryLease {
  readonly #record: LeasedRecord;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #stopRenewing = new AbortController();
  /** Ends a renewal under way; only when the one who releases has no more patience. */
  readonly #abandoned = new AbortController();
  #mark: LeaseMark;
  #object: JsonObject | undefined;
  #inventory: Inventory | undefined;
  /** Writes of the record go one after the other: each carries the resourceVersion that the former answered. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(record: LeasedRecord, clock: Clock, mark: LeaseMark, object: JsonObject | undefined) {
    this.#record = record;
    this.#clock = clock;
    this.#mark = mark;
    this.#object = object;
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
      if (this.#object !== undefined) await this.#record.remove(this.#object, options);
    });
  }

  startRenewing(): void {
    const stop = this.#stopRenewing.signal;
    const renew = async (): Promise<void> => {
      while (!stop.aborted && !this.#lost.signal.aborted) {
        await this.#clock.sleep(RENEW_MS, stop);
        await this.#inTurn(() => this.#beat());
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

  async #beat(): Promise<void> {
    const inventory = this.#inventory;
    if (inventory === undefined || this.#stopRenewing.signal.aborted) return;
    const mark = { ...this.#mark, beat: this.#mark.beat + 1 };
    this.#mark = mark;
    const options = { signal: this.#abandoned.signal };
    await this.#guarded(inventory, mark, options, () => this.#record.renew(inventory, mark, this.#object, options));
  }

  async #store(inventory: Inventory, mark: LeaseMark | undefined, options: CallOptions): Promise<void> {
    await this.#guarded(inventory, mark, options, () => this.#record.store(inventory, mark, this.#object, options));
    this.#inventory = inventory;
  }

  async #guarded(inventory: Inventory, mark: LeaseMark | undefined, options: CallOptions, write: () => Promise<JsonObject>): Promise<void> {
    try {
      this.#object = await write();
    } catch (error) {
      const written = await this.#writtenAfterAll(error, inventory, mark, options);
      if (written === undefined) {
        const reason = isLostRace(error) ? changedMeanwhile(this.#record.ref, error) : error;
        this.#lost.abort(reason);
        throw reason;
      }
      this.#object = written;
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
    const now = await this.#record.read(options);
    if (now === undefined || this.#record.markOf(now) !== (mark === undefined ? undefined : JSON.stringify(mark))) return undefined;
    return (await this.#record.holds(now, inventory, options)) ? now : undefined;
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

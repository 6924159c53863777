import type { CallOptions } from "../../ports/cluster-reader.ts";
import type { Conventions } from "../../model/conventions.ts";
import type { SyncPolicy } from "../../model/delivery.ts";
import type { ClusterWriter } from "../../ports/cluster-writer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RunContext } from "../request.ts";
import type { Deadline } from "./deadline.ts";
import type { RunState } from "./run-state.ts";

/** How long calls under way may still take after a cancellation. */
export const GRACE_MS = 10_000;

/** What every part of an execution needs. */
export interface Execution {
  readonly cluster: ClusterWriter;
  readonly clock: Clock;
  readonly policy: SyncPolicy;
  readonly conventions: Conventions;
  readonly state: RunState;
  readonly deadline: Deadline;
  /** Its signal is aborted when the run is cancelled or its lease lost: nothing new is issued then. */
  readonly context: RunContext;
  /** For the calls themselves: what is under way may finish when the run is cancelled, within {@link GRACE_MS}. */
  readonly calls: CallOptions;
}

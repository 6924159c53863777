import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import type { ControlPlane } from "./control-plane.ts";

/** An object as the API server has it; only what most predicates ask for is named. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: LiveStatus;
}

interface LiveStatus {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly lastAppliedRevision?: string;
  readonly artifact?: { readonly revision: string; readonly url: string };
  readonly inventory?: { readonly entries: readonly { readonly id: string; readonly v: string }[] };
  readonly conditions?: readonly LiveCondition[];
  readonly [field: string]: unknown;
}

interface LiveCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/**
 * Waits on the API server's watch until one object is as wanted. A time-out shows what was seen last.
 *
 * @param path of the object: `/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME`
 * @param holds asked for each state, and for undefined where there is no such object; what it throws ends the waiting
 * @param seconds until this gives up
 * @returns the state for which `holds` was true
 */
export async function waitFor(
  plane: ControlPlane,
  path: string,
  holds: (object: LiveObject) => boolean,
  seconds?: number,
): Promise<LiveObject> {
  const object = await waitForState(plane, path, (state) => state !== undefined && holds(state), seconds);
  if (object === undefined) throw new Error(`${path} was awaited and is not there`);
  return object;
}

/** Waits on a watch until there is no object at this path. */
export async function waitForDeletion(plane: ControlPlane, path: string, seconds?: number): Promise<void> {
  await waitForState(plane, path, (state) => state === undefined, seconds);
}

async function waitForState(
  plane: ControlPlane,
  path: string,
  holds: (state: LiveObject | undefined) => boolean,
  seconds = 60,
): Promise<LiveObject | undefined> {
  const end = path.lastIndexOf("/");
  const collection = `${path.slice(0, end)}?fieldSelector=metadata.name%3D${path.slice(end + 1)}`;
  const limit = AbortSignal.timeout(seconds * 1000);
  const agent = new Agent({ ca: readFileSync(plane.caFile) });
  let state: LiveObject | undefined;
  try {
    // a watch that the server ends, or that is too old, begins again with a list
    for (;;) {
      const { status, body } = await plane.api("GET", collection);
      if (status !== 200) throw new Error(`GET ${collection} answered ${status}: ${JSON.stringify(body)}`);
      const list = body as { metadata: { resourceVersion: string }; items: LiveObject[] };
      state = list.items[0];
      if (holds(state)) return state;
      const watch = `${collection}&watch=true&resourceVersion=${list.metadata.resourceVersion}`;
      for await (const event of events(plane, agent, watch, limit)) {
        if (event.type === "ERROR") break;
        state = event.type === "DELETED" ? undefined : event.object;
        if (holds(state)) return state;
      }
      limit.throwIfAborted();
    }
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new Error(`not within ${seconds} s: ${path} as awaited; last seen: ${inspect(state, { depth: 8 })}`, { cause: error });
  } finally {
    agent.destroy();
  }
}

async function* events(
  plane: ControlPlane,
  agent: Agent,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly type: string; readonly object: LiveObject }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${plane.token}`, accept: "application/json" };
    request(new URL(path, plane.server), { agent, headers, signal }, resolve).on("error", reject).end();
  });
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      yield JSON.parse(line) as { type: string; object: LiveObject };
    }
  } finally {
    response.destroy();
  }
}

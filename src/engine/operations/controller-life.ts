import { GitOpsError } from "../model/errors.ts";
import { stringAt, valueAt, type JsonObject } from "../model/json.ts";
import type { SpokenKind } from "../model/object-view.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { Clock } from "../ports/clock.ts";
import { startDeadline } from "./execute/deadline.ts";
import type { RunContext } from "./request.ts";

/** Whether a controller works on the objects of a kind. Nobody who is unknown may be taken for dead. */
export type ControllerLife =
  | { readonly alive: true; readonly by: string }
  | { readonly alive: false }
  | { readonly alive: "unknown"; readonly why: string };

const LEASE = { group: "coordination.k8s.io", kind: "Lease" };
/** How long a Lease that looks old is watched: Flux renews every 5 s, and clocks of two hosts are no proof of death. */
const WATCH_MS = 12_000;
/** client-go's, where a Lease does not say. */
const USUAL_LEASE_SECONDS = 15;

/**
 * Whether a controller of this kind is alive: its Lease is held and was renewed within its own duration, or is renewed while it is
 * watched. A Lease that was given back (no holder) or that nobody renews is no sign of life; a Deployment of the right name neither.
 * Leases of shards (the name, a dash and more) count too. Without the right to list Leases of all namespaces, the controller's usual
 * namespace is asked; without that too it is unknown.
 */
export async function controllerOf(
  kind: SpokenKind,
  ports: { readonly cluster: ClusterReader; readonly clock: Clock },
  context: RunContext,
): Promise<ControllerLife> {
  const { controller } = kind;
  if (controller.lease === "") return { alive: "unknown", why: `${controller.title} holds no Lease` };
  const leases = await findLeases(kind, ports.cluster, context);
  if (leases instanceof GitOpsError) {
    return { alive: "unknown", why: `the Lease ${controller.lease} cannot be read: ${leases.message}` };
  }
  const held = leases.filter((lease) => stringAt(lease, "spec", "holderIdentity") !== "");
  const now = ports.clock.now();
  const renewed = held.find((lease) => isFresh(lease, now));
  if (renewed !== undefined) return { alive: true, by: wordsOf(kind, renewed) };
  for (const lease of held) if (await isRenewed(lease, ports, context)) return { alive: true, by: wordsOf(kind, lease) };
  return { alive: false };
}

/** By its own name first, which is one short request; shards cost a whole list. */
async function findLeases(
  { controller }: SpokenKind,
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly JsonObject[] | GitOpsError> {
  try {
    const named = await cluster.list({ ...LEASE, name: controller.lease }, context);
    if (named.length > 0) return named;
    return (await cluster.list(LEASE, context)).filter((lease) => isNamed(lease, controller.lease));
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  try {
    return (await cluster.list({ ...LEASE, namespace: controller.namespace }, context)).filter((lease) => isNamed(lease, controller.lease));
  } catch (error) {
    if (isForbidden(error)) return error;
    throw error;
  }
}

function isNamed(lease: JsonObject, name: string): boolean {
  const own = stringAt(lease, "metadata", "name");
  return own === name || own.startsWith(`${name}-`);
}

function isFresh(lease: JsonObject, now: number): boolean {
  const renewed = Date.parse(stringAt(lease, "spec", "renewTime"));
  return Math.abs(now - renewed) <= secondsOf(lease) * 1000;
}

function secondsOf(lease: JsonObject): number {
  const seconds = valueAt(lease, "spec", "leaseDurationSeconds");
  return typeof seconds === "number" ? seconds : USUAL_LEASE_SECONDS;
}

/** Whether a Lease moves while it is watched: life without trusting clocks. */
async function isRenewed(
  lease: JsonObject,
  { cluster, clock }: { readonly cluster: ClusterReader; readonly clock: Clock },
  context: RunContext,
): Promise<boolean> {
  const deadline = startDeadline(WATCH_MS, clock);
  const found = new AbortController();
  const signal = AbortSignal.any([context.signal, deadline.signal, found.signal]);
  const query = { ...LEASE, namespace: stringAt(lease, "metadata", "namespace"), name: stringAt(lease, "metadata", "name") };
  const former = stringAt(lease, "spec", "renewTime");
  try {
    for await (const event of cluster.watch(query, { signal })) {
      const seen = event.type === "listed" ? event.objects : event.type === "changed" ? [event.object] : [];
      if (seen.some((one) => ![former, ""].includes(stringAt(one, "spec", "renewTime")))) found.abort();
    }
  } finally {
    deadline.cancel();
  }
  context.signal.throwIfAborted();
  return found.signal.aborted;
}

function isForbidden(error: unknown): error is GitOpsError {
  return error instanceof GitOpsError && error.code === "FORBIDDEN";
}

function wordsOf({ controller }: SpokenKind, lease: JsonObject): string {
  return `${controller.title} (it renews the Lease ${stringAt(lease, "metadata", "namespace")}/${stringAt(lease, "metadata", "name")})`;
}

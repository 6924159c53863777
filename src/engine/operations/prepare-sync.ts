import { digestOf } from "../build/digest.ts";
import { checkDeliverable } from "../build/index.ts";
import { conventionsOf } from "../dialects/conventions.ts";
import type { Conventions } from "../model/conventions.ts";
import type { Discovery } from "../model/discovery.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Manifest } from "../model/manifest.ts";
import type { Plan } from "../model/plan.ts";
import { versionOf } from "../model/resource-id.ts";
import { type LeftObject, deferredReasons, makePlan, pruneCandidates, scopeManifests } from "../plan/index.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { StoredDelivery } from "../ports/delivery-store.ts";
import { checkCluster, clusterIdentity } from "./cluster-identity.ts";
import { compareLive, type Comparison } from "./compare-live.ts";
import { withoutNested } from "./nested-objects.ts";
import { asSent, buildDelivery } from "./desired-state.ts";
import { ignoredFieldsOf } from "./ignored-fields.ts";
import { leaveAlone } from "./left-alone.ts";
import { hasRunHooks, withoutIdleHooks } from "./idle-hooks.ts";
import { observeFurther, observeLive, type LiveObjects } from "./observe-live.ts";
import { observeOccupants } from "./observe-occupants.ts";
import { prepareInTime } from "./prepare-in-time.ts";
import { refuseUnreadable } from "./refused-objects.ts";
import { checkNamespace } from "./required-namespace.ts";
import type { DeliveryRequest, PreparedSync, ReaderPorts, RunContext } from "./request.ts";
import { resolveSource } from "./resolve-source.ts";
import { readSchemas } from "./schemas.ts";

/**
 * Fetches, builds, compares and plans; changes nothing. What `diff` shows is what `sync` executes.
 * Guards do not throw: they stand in the plan, so that a person sees the whole of it.
 * @throws what the ports throw, and TIMED_OUT, WRONG_CLUSTER, DELIVERY_NOT_FOUND, NAMESPACE_NOT_FOUND, BUILD_FAILED, UNKNOWN_KIND, INVALID_MANIFEST …
 */
export function prepareSync(request: DeliveryRequest, ports: ReaderPorts, context: RunContext): Promise<PreparedSync> {
  return prepareInTime(request.policy.timeoutMs, ports.clock, context, (bounded) => prepare(request, ports, bounded));
}

async function prepare(request: DeliveryRequest, ports: ReaderPorts, context: RunContext): Promise<PreparedSync> {
  const seen = await observe(request, ports, context);
  const { stored, discovery, identity, before } = seen;
  const { revision, source, desired, nested, digest, scopeWarnings } = seen.desired;
  const { policy, ref } = request;
  const { cluster, deliveries } = ports;
  const conventions = conventionsOf(ref);
  const { live, deferred, left, compared } = await compare(request, seen, { cluster, conventions, before }, context);
  const owned = pruneCandidates(
    stored?.inventory,
    desired.map(({ id }) => id),
  );
  const occupants = policy.prune ? await observeOccupants(owned, live.objects, discovery, { cluster, conventions }, context) : new Map();
  const whole = makePlan({
    delivery: { name: ref.name, cluster: identity, source, namespace: ref.namespace, revision },
    changes: compared.changes,
    left,
    deferred,
    immutable: compared.immutable,
    warnings: [...scopeWarnings, ...compared.warnings],
    inventory: expected(request, identity, stored?.inventory),
    live: live.objects,
    unreadable: unreadable(live),
    occupants,
    discovery,
    ownerMark: deliveries.ownerMark(ref),
    conventions,
    policy,
  });
  const plan = hasRunHooks(stored?.inventory, { revision }) ? withoutIdleHooks(whole) : whole;
  return tell(
    { request, revision, source, cluster: identity, plan, changes: changesOf(plan), nested, digest, stored: record(stored) },
    context,
  );
}

/** What Git wants and what the record and the cluster say, read at once as far as one does not need the other. */
interface Observed {
  readonly stored: StoredDelivery | undefined;
  readonly discovery: Discovery;
  readonly identity: string;
  readonly desired: Desired;
  /** The live objects of the record. */
  readonly before: LiveObjects;
}

async function observe(request: DeliveryRequest, ports: ReaderPorts, context: RunContext): Promise<Observed> {
  const { cluster, deliveries } = ports;
  const [stored, seen, discovery] = await Promise.all([
    deliveries.read(request.ref, context),
    clusterIdentity(cluster, context),
    cluster.discover(context),
  ]);
  const identity = await checkCluster(request, seen, stored, ports);
  const [desired, before] = await Promise.all([
    desiredState(request, resolveSource(request, stored), discovery, ports, context),
    observeLive(stored?.inventory.entries ?? [], discovery, cluster, context),
  ]);
  return { stored, discovery, identity, desired, before };
}

/** Reads what else is declared, and decides for each object what applying it would change. */
async function compare(
  request: DeliveryRequest,
  { stored, discovery, desired: { desired } }: Observed,
  { cluster, conventions, before }: { readonly cluster: ClusterReader; readonly conventions: Conventions; readonly before: LiveObjects },
  context: RunContext,
): Promise<{
  readonly live: LiveObjects;
  readonly deferred: ReadonlyMap<string, string>;
  readonly left: readonly LeftObject[];
  readonly compared: Comparison;
}> {
  const { policy } = request;
  context.emit({ type: "compare.started", objects: desired.length });
  const declared = desired.map(({ id, apiVersion }) => ({ ...id, version: versionOf(apiVersion) }));
  const [live, schemaOf, missing, ignoredOf] = await Promise.all([
    observeFurther(before, stored?.inventory.entries ?? [], declared, discovery, cluster, context),
    readSchemas(desired, cluster, context),
    checkNamespace(request, desired, cluster, context),
    ignoredFieldsOf(request.app),
  ]);
  refuseUnreadable(desired, live.unknown);
  const { applied, left } = leaveAlone(desired, live.objects, conventions);
  const deferred = deferredReasons(desired, live.objects, discovery, { createdNamespaces: new Set(missing) });
  const { preflight, forceConflicts } = policy;
  const input = { desired: applied, live: live.objects, deferred, conventions, ignoredOf, schemaOf, preflight, forceConflicts };
  return { live, deferred, left, compared: await compareLive(input, cluster, context) };
}

interface Desired {
  readonly revision: string;
  /** As the fetcher gives it: without credentials, local paths absolute. This one is recorded. */
  readonly source: PreparedSync["source"];
  readonly desired: readonly Manifest[];
  /** Objects of the build that this run delivers itself. */
  readonly nested: readonly Manifest[];
  readonly digest: string;
  readonly scopeWarnings: readonly string[];
}

async function desiredState(
  request: DeliveryRequest,
  source: PreparedSync["source"],
  discovery: Discovery,
  ports: ReaderPorts,
  context: RunContext,
): Promise<Desired> {
  const conventions = conventionsOf(request.ref);
  const artifact = await ports.fetcher.fetch(source, context);
  const built = await buildDelivery(artifact, request, ports, context);
  checkDeliverable(built.manifests);
  const run = { revision: artifact.revision, startedAt: ports.clock.now() };
  const { kept, nested } = withoutNested(built.manifests, request.app, discovery);
  // The objects of an app each name their namespace: its controller knows no default.
  const namespace = request.app === undefined ? request.ref.namespace : "";
  const scoped = scopeManifests(kept, discovery, namespace, run, conventions);
  const mark = ports.deliveries.ownerMark(request.ref);
  return {
    revision: artifact.revision,
    source: artifact.source,
    nested,
    digest: request.app === undefined ? "" : digestOf(built.manifests),
    desired: scoped.manifests.map((manifest) => asSent(manifest, mark, conventions)),
    scopeWarnings: scoped.warnings,
  };
}

/** Whoever names this very cluster with `--expect-cluster` means it, whatever cluster the record was made in. */
function expected({ expectCluster }: DeliveryRequest, identity: string, inventory: Inventory | undefined): Inventory | undefined {
  return inventory === undefined || expectCluster !== identity ? inventory : { ...inventory, cluster: identity };
}

function unreadable({ unknown }: LiveObjects): ReadonlyMap<string, string> {
  return new Map([...unknown].map(([key, error]) => [key, error.message]));
}

function record(stored: StoredDelivery | undefined): PreparedSync["stored"] {
  return stored === undefined ? undefined : { inventory: stored.inventory, resourceVersion: stored.resourceVersion };
}

/** Every change in plan order: what is applied, what is pruned, what stays. Hooks are no part of the state, so they are no difference. */
function changesOf(plan: Plan): readonly Change[] {
  const steps = plan.waves.flatMap(({ stages }) => stages.flatMap((stage) => stage.steps));
  const applied = steps.filter(({ hook }) => hook === undefined).map(({ change }) => change);
  return [...applied, ...plan.prune.flatMap((group) => group.map(({ change }) => change)), ...plan.skipped];
}

function tell(prepared: PreparedSync, { emit }: RunContext): PreparedSync {
  const count = (action: Change["action"]): number => prepared.changes.filter((change) => change.action === action).length;
  for (const message of prepared.plan.warnings) emit({ type: "warning", message });
  emit({
    type: "plan.ready",
    create: count("create"),
    configure: count("configure"),
    unchanged: count("none"),
    prune: count("prune"),
    skip: count("skip"),
  });
  return prepared;
}

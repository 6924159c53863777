import { arrayAt, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import type { Guard, Plan, PlanStep } from "../model/plan.ts";
import { resourceKey, type GroupKind, type ResourceId } from "../model/resource-id.ts";
import { marksToDrop, type AdoptionSource } from "../plan/index.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import { prepareSync } from "./prepare-sync.ts";
import type { DeliveryRequest, PreparedSync, ReaderPorts, RunContext } from "./request.ts";

/**
 * Plans a sync that takes over, in place, what another tool owns: its marks are dropped, its fields become ours, no object is recreated
 * and none is pruned. Executed by `executePlan`. A controller that would take the objects back at once is a guard.
 * @throws as {@link prepareSync}
 */
export async function prepareAdoption(
  request: DeliveryRequest,
  from: AdoptionSource,
  ports: ReaderPorts,
  context: RunContext,
): Promise<PreparedSync> {
  const prepared = await prepareSync({ ...request, policy: { ...request.policy, prune: false } }, ports, context);
  const mark = ports.deliveries.ownerMark(request.ref);
  const adopted = new Map<string, JsonObject>();
  const adopt = (step: PlanStep): PlanStep => {
    const { change } = step;
    if (change.action !== "configure") return step;
    const adopts = marksToDrop(change.live, from, mark.of(change.id));
    if (adopts === undefined) return step;
    adopted.set(resourceKey(change.id), change.live);
    return { ...step, adopts, reason: `${step.reason}, taken over from ${from}` };
  };
  const waves = prepared.plan.waves.map((wave) => ({
    ...wave,
    stages: wave.stages.map((stage) => ({ ...stage, steps: stage.steps.map(adopt) })),
  }));
  const owners = await livingOwners([...adopted.values()], from, ports.cluster, context);
  const guards = [...prepared.plan.guards.flatMap((guard) => withoutAdopted(guard, adopted)), ...owners];
  const plan: Plan = { ...prepared.plan, waves, guards };
  return { ...prepared, plan };
}

/** Objects that are adopted no longer stand in the way; the others still do. */
function withoutAdopted(guard: Guard, adopted: ReadonlyMap<string, JsonObject>): readonly Guard[] {
  if (guard.code !== "OWNED_BY_ANOTHER") return [guard];
  const objects = guard.objects.filter((id) => !adopted.has(resourceKey(id)));
  return objects.length === 0 ? [] : [{ ...guard, objects }];
}

/** One guard for each object of the other tool that still delivers what is to be adopted. */
async function livingOwners(
  adopted: readonly JsonObject[],
  from: AdoptionSource,
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly Guard[]> {
  const discovery = await cluster.discover(context);
  const guards = new Map<string, Guard>();
  for (const candidate of new Map(
    adopted.flatMap((object) => ownersOf(object, from)).map((owner) => [JSON.stringify(owner), owner]),
  ).values()) {
    if (discovery.find(candidate) === undefined) continue;
    const found = await findOwners(candidate, cluster, context);
    for (const owner of found.filter((object) => isDelivering(object, candidate))) {
      const name = `${candidate.kind} ${stringAt(owner, "metadata", "namespace")}/${stringAt(owner, "metadata", "name")}`;
      guards.set(name, {
        code: "OWNED_BY_ANOTHER",
        message: `${name} still delivers these objects and would take them back`,
        hint: `suspend it first, or switch its automated sync off`,
        objects: [idOf(candidate, owner)],
      });
    }
  }
  return [...guards.values()];
}

interface Owner extends GroupKind {
  readonly name: string;
  /** Undefined where the mark does not tell. */
  readonly namespace: string | undefined;
}

function ownersOf(object: JsonObject, from: AdoptionSource): readonly Owner[] {
  const label = (name: string): string => stringAt(object, "metadata", "labels", name);
  if (from === "flux") {
    const owners: Owner[] = [
      {
        group: "kustomize.toolkit.fluxcd.io",
        kind: "Kustomization",
        name: label("kustomize.toolkit.fluxcd.io/name"),
        namespace: label("kustomize.toolkit.fluxcd.io/namespace"),
      },
      {
        group: "helm.toolkit.fluxcd.io",
        kind: "HelmRelease",
        name: label("helm.toolkit.fluxcd.io/name"),
        namespace: label("helm.toolkit.fluxcd.io/namespace"),
      },
    ];
    return owners.filter(({ name }) => name !== "");
  }
  if (from !== "argocd") return [];
  const tracked = stringAt(object, "metadata", "annotations", "argocd.argoproj.io/tracking-id").split(":")[0] ?? "";
  // An Application outside Argo CD's own namespace is written NAMESPACE_NAME; no Kubernetes name has an underscore.
  const [namespace, name] = tracked.includes("_")
    ? tracked.split("_")
    : [undefined, tracked || label("argocd.argoproj.io/instance") || label("app.kubernetes.io/instance")];
  return name === undefined || name === "" ? [] : [{ group: "argoproj.io", kind: "Application", name, namespace }];
}

async function findOwners(
  { group, kind, name, namespace }: Owner,
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly JsonObject[]> {
  if (namespace !== undefined) {
    const owner = await cluster.get({ group, kind, namespace, name }, context);
    return owner === undefined ? [] : [owner];
  }
  return (await cluster.list({ group, kind }, context)).filter((object) => stringAt(object, "metadata", "name") === name);
}

function isDelivering(owner: JsonObject, { kind }: Owner): boolean {
  if (valueAt(owner, "metadata", "deletionTimestamp") !== undefined && arrayAt(owner, "metadata", "finalizers").length === 0) return false;
  return kind === "Application"
    ? valueAt(owner, "spec", "syncPolicy", "automated") !== undefined
    : valueAt(owner, "spec", "suspend") !== true;
}

function idOf({ group, kind }: GroupKind, object: JsonObject): ResourceId {
  return { group, kind, namespace: stringAt(object, "metadata", "namespace"), name: stringAt(object, "metadata", "name") };
}

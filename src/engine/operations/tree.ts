import { assessHealth, MISSING } from "../health/index.ts";
import { dialectOf } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Health } from "../model/health.ts";
import { stringAt } from "../model/json.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import { getDelivery } from "./delivery-status.ts";
import type { FoundDelivery } from "./find-object.ts";
import { getObject } from "./get.ts";
import { readMembers, type Member } from "./members.ts";
import type { AnyStatus, ReaderPorts, ResourceStatus, RunContext } from "./request.ts";

/** One object of a tree, and what hangs below it. */
export interface TreeNode extends ResourceStatus {
  /** Whether it is a delivery or a source itself. */
  readonly isDelivery: boolean;
  readonly children: readonly TreeNode[];
}

/**
 * A delivery, what it owns, what was made for that, and the deliveries that it delivers with theirs. A delivery that comes up twice (two
 * that deliver each other) has its children only where it comes up first.
 */
export async function readTree(found: FoundDelivery, ports: ReaderPorts, context: RunContext): Promise<TreeNode> {
  return deliveryNode(found, ports, context, new Set());
}

/** The status of a delivery that was found. */
export async function statusOfFound(found: FoundDelivery, ports: ReaderPorts, context: RunContext): Promise<AnyStatus> {
  if (found.type === "bare") return { type: "bare", status: await getDelivery(found.ref, ports, context) };
  return { type: "object", status: await getObject(found.found, ports, context) };
}

async function deliveryNode(found: FoundDelivery, ports: ReaderPorts, context: RunContext, seen: Set<string>): Promise<TreeNode> {
  const any = await statusOfFound(found, ports, context);
  const resources = any.status.resources ?? [];
  const isRemote = any.type === "object" && any.status.view.isRemote;
  const discovery = await ports.cluster.discover(context);
  const ids = resources.map(({ id }) => id);
  const members = isRemote ? [] : await readMembers(ids, discovery, ports, context);
  seen.add(resourceKey(idOf(any)));
  const children: TreeNode[] = [];
  // One after the other: what a delivery above delivers is not delivered once more below.
  for (const [index, resource] of resources.entries()) children.push(await resourceNode(resource, members[index], ports, context, seen));
  return { ...ownNode(any), children };
}

async function resourceNode(
  resource: ResourceStatus,
  member: Member | undefined,
  ports: ReaderPorts,
  context: RunContext,
  seen: Set<string>,
): Promise<TreeNode> {
  const spoken = dialectOf(resource.id);
  if (spoken === undefined || member?.object === undefined)
    return { ...resource, isDelivery: spoken !== undefined, children: (member?.children ?? []).map(madeNode) };
  const view = spoken.dialect.view(member.object);
  const own = { ...resource, isDelivery: true, health: view.health, children: [] };
  if (spoken.kind.role === "source" || seen.has(resourceKey(resource.id))) return own;
  try {
    return await deliveryNode({ type: "object", found: { ...spoken, object: member.object, view } }, ports, context, seen);
  } catch (error) {
    // One that went away, or is served in another version, leaves the rest of the tree as it is.
    if (!(error instanceof GitOpsError) || !["DELIVERY_NOT_FOUND", "UNKNOWN_KIND", "FORBIDDEN"].includes(error.code)) throw error;
    context.emit({ type: "warning", message: error.message });
    return own;
  }
}

/** An object that a controller made: nobody declares it, so it has no sync state. */
function madeNode({ id, version, object, children }: Member): TreeNode {
  const health: Health = object === undefined ? MISSING : assessHealth(object);
  const createdAt = stringAt(object, "metadata", "creationTimestamp");
  return { id, version, sync: "Unknown", health, createdAt, isDelivery: false, children: children.map(madeNode) };
}

function ownNode(any: AnyStatus): Omit<TreeNode, "children"> {
  const { sync, health } = any.status;
  const createdAt = any.type === "bare" ? any.status.createdAt : any.status.view.createdAt;
  return { id: idOf(any), version: "", sync, health, createdAt, isDelivery: true };
}

function idOf(any: AnyStatus): ResourceId {
  if (any.type === "object") return any.status.view.id;
  return { group: "", kind: "Set", namespace: any.status.ref.namespace, name: any.status.ref.name };
}

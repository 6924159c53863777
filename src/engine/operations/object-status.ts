import { assessHealth, MISSING } from "../health/index.ts";
import type { Discovery } from "../model/discovery.ts";
import type { GitOpsError } from "../model/errors.ts";
import { worstHealth, type Health } from "../model/health.ts";
import { stringAt } from "../model/json.ts";
import type { ObjectView, RecordedObject } from "../model/object-view.ts";
import { resourceKey } from "../model/resource-id.ts";
import { observeLive, type LiveObjects } from "./observe-live.ts";
import type { ReadObject } from "./read-objects.ts";
import type { ObjectPorts, ObjectStatus, ResourceStatus, RunContext } from "./request.ts";

type Sync = ObjectStatus["sync"];

/**
 * Whether a delivery is at the revision that its source has. The controller compares objects, this compares revisions: it is what can be
 * said without building, and what the controller itself goes by.
 *
 * @param source undefined where it is missing or may not be read.
 */
export function syncOf(view: ObjectView, source: ObjectView | undefined): Sync {
  const hasFailed = view.isStalled || (view.isObserved && view.ready === "False");
  if (view.role === "source") {
    if (hasFailed) return "OutOfSync";
    return view.ready === "True" && view.isObserved && view.revision !== "" ? "Synced" : "Unknown";
  }
  const offered = source?.revision ?? "";
  if (offered !== "" && !isAt(view.revision, offered)) return "OutOfSync";
  if (hasFailed) return "OutOfSync";
  return offered !== "" && view.isObserved && view.ready === "True" ? "Synced" : "Unknown";
}

/** A chart of an OCI repository is offered as `1.2.3@sha256:…` and applied as `1.2.3` or `1.2.3+<digest>`. */
function isAt(applied: string, offered: string): boolean {
  if (applied === offered) return true;
  return applied !== "" && offered.includes("@sha256:") && offered.split("@")[0] === applied.split("+")[0];
}

/** The status of an object whose members were not read. */
export function statusOf({ dialect, kind, view }: ReadObject, source: ObjectView | undefined): ObjectStatus {
  return { dialect: dialect.name, kind, view, sync: syncOf(view, source), health: view.health, resources: undefined };
}

/** The same with its members as they live. Of one that delivers to another cluster nothing is known of them. */
export async function withResources(
  status: ObjectStatus,
  discovery: Discovery,
  { cluster }: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<ObjectStatus> {
  const { view, sync } = status;
  if (view.isRemote) return { ...status, resources: view.inventory.map(elsewhere) };
  const live = await observeLive(view.inventory, discovery, cluster, context);
  const resources = view.inventory.map((entry) => memberStatus(entry, live, sync));
  return { ...status, resources, health: worstHealth([view.health, ...resources.map(({ health }) => health)]) };
}

function elsewhere({ version, ...id }: RecordedObject): ResourceStatus {
  const health = { status: "Unknown", reason: "AnotherCluster", message: "it is delivered to another cluster" } as const;
  return { id, version, sync: "Unknown", health, createdAt: "" };
}

function memberStatus({ version, ...id }: RecordedObject, { objects, unknown }: LiveObjects, sync: Sync): ResourceStatus {
  const key = resourceKey(id);
  const error = unknown.get(key);
  if (error !== undefined) return { id, version, sync: "Unknown", health: unreadable(error), createdAt: "" };
  const object = objects.get(key);
  if (object === undefined) return { id, version, sync: "OutOfSync", health: MISSING, createdAt: "" };
  return {
    id,
    version,
    sync: sync === "Synced" ? "Synced" : "Unknown",
    health: assessHealth(object),
    createdAt: stringAt(object, "metadata", "creationTimestamp"),
  };
}

function unreadable({ code, message }: GitOpsError): Health {
  return { status: "Unknown", reason: code, message };
}

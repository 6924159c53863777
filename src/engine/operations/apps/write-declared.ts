import { dialectOf } from "../../dialects/table.ts";
import { isJsonObject, objectAt, type JsonValue } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { controllerOf, type ControllerLife } from "../controller-life.ts";
import type { AppWriterPorts, RunContext } from "../request.ts";

const FIELD_MANAGER = "gitops";

interface Surroundings {
  readonly ports: AppWriterPorts;
  readonly context: RunContext;
}

/**
 * Writes a declared app where the cluster serves its kind. Its status is no declaration.
 *
 * @param keepsSuspended it stays suspended whatever the file says: a living controller would take it up beside this run.
 */
export async function writeApp(manifest: Manifest, keepsSuspended: boolean, around: Surroundings): Promise<void> {
  const suspension = keepsSuspended ? dialectOf(manifest.id)?.dialect.suspendPatch(true, "", "") : undefined;
  if (suspension === undefined) return write(manifest, around);
  const spec = { ...objectAt(manifest.object, "spec"), ...objectAt(suspension, "spec") };
  return write({ ...manifest, object: { ...manifest.object, spec } }, around);
}

/**
 * Writes a declared source where the cluster serves its kind. One that a living controller fetches is left as it is, since that would
 * change what the apps of the cluster deliver; this run fetches what the file says all the same.
 */
export async function writeSource(manifest: Manifest, lives: Map<string, Promise<ControllerLife>>, around: Surroundings): Promise<void> {
  const { ports, context } = around;
  const { id } = manifest;
  const spoken = dialectOf(id);
  if (spoken === undefined || (await ports.cluster.discover(context)).find(id) === undefined) return;
  const live = await ports.cluster.get(id, context);
  if (live === undefined || spoken.dialect.view(live).isSuspended) return write(manifest, around);
  if (isWithin(manifest.object["spec"], live["spec"])) return;
  const { title } = spoken.kind.controller;
  const life = lives.get(title) ?? controllerOf(spoken.kind, ports, context);
  lives.set(title, life);
  if ((await life).alive === false) return write(manifest, around);
  const message = `${id.kind} ${id.namespace}/${id.name} is left as the cluster has it: ${title} may be fetching it; this run alone fetches what the file says`;
  context.emit({ type: "warning", message });
}

async function write(manifest: Manifest, { ports: { cluster, objects }, context }: Surroundings): Promise<void> {
  if ((await cluster.discover(context)).find(manifest.id) === undefined) return;
  const { status: _, ...object } = manifest.object;
  await objects.apply({ ...manifest, object }, { fieldManager: FIELD_MANAGER, signal: context.signal });
}

/** Whether all that is declared is so already; the server adds fields of its own. */
function isWithin(declared: JsonValue | undefined, live: JsonValue | undefined): boolean {
  if (isJsonObject(declared)) return isJsonObject(live) && Object.entries(declared).every(([name, value]) => isWithin(value, live[name]));
  return JSON.stringify(declared ?? null) === JSON.stringify(live ?? null);
}

import { dialectOf } from "../../dialects/table.ts";
import type { App } from "../../model/app.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import { formatResourceId, type ResourceId } from "../../model/resource-id.ts";
import { controllerOf, type ControllerLife } from "../controller-life.ts";
import type { AppRun } from "./run-app.ts";

/**
 * Who delivers an app: its controller where one is alive, else this process. `keepsSuspended`: the suspended object keeps a living
 * controller out, and must not be resumed by being written as it is declared.
 */
export type Deliverer = { readonly by: "gitops"; readonly keepsSuspended: boolean } | { readonly by: "controller"; readonly name: string };

/**
 * Decides who delivers an app. A living controller is never fought: what it delivers is refused, unless it is suspended or, with
 * `takeover`, suspended here.
 * Throws CONTROLLER_ALIVE.
 *
 * @param live the object in the cluster; undefined where there is none.
 */
export async function delivererOf(
  app: App,
  live: JsonObject | undefined,
  lives: Map<string, Promise<ControllerLife>>,
  { ports, options, context }: Pick<AppRun, "ports" | "options" | "context">,
): Promise<Deliverer> {
  const spoken = dialectOf(app.id);
  const isServed = (await ports.cluster.discover(context)).find(app.id) !== undefined;
  if (spoken === undefined || !isServed) return { by: "gitops", keepsSuspended: false };
  const { title } = spoken.kind.controller;
  const life = await (lives.get(title) ?? remember(lives, title, controllerOf(spoken.kind, ports, context)));
  if (life.alive === false) return { by: "gitops", keepsSuspended: false };
  if (live !== undefined && spoken.dialect.view(live).isSuspended) return { by: "gitops", keepsSuspended: true };
  if (live === undefined && life.alive === true) return { by: "controller", name: life.by };
  if (!options.takeover) throw controllerAlive(app, life);
  if (live !== undefined) {
    const patch = spoken.dialect.suspendPatch(true, "delivered by gitops", "");
    await ports.objects.patch(app.id, patch, { fieldManager: "gitops", resourceVersion: "", ...context });
    context.emit({ type: "warning", message: `suspended: ${title} no longer delivers it; gitops resume gives it back`, id: app.id });
  }
  return { by: "gitops", keepsSuspended: live !== undefined };
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

function controllerAlive({ id }: App, life: Exclude<ControllerLife, { alive: false }>): GitOpsError {
  const name = `${id.namespace}/${id.name}`;
  const why = life.alive === true ? `${life.by} delivers it` : `nobody can tell whether its controller is alive: ${life.why}`;
  return new GitOpsError("CONTROLLER_ALIVE", `${id.kind} ${name} is not delivered by this process: ${why}`, {
    hint: `gitops reconcile ${id.kind.toLowerCase()} ${id.name} -n ${id.namespace}, or suspend it first; --takeover suspends it and goes on`,
    data: { object: formatResourceId(id), namespace: id.namespace },
  });
}

/** Whether no controller is alive that would tell in its own words what becomes of an app; without a right to know, there may be one. */
export async function isUntended(
  id: ResourceId,
  live: JsonObject,
  lives: Map<string, Promise<ControllerLife>>,
  { ports, context }: Pick<AppRun, "ports" | "context">,
): Promise<boolean> {
  const spoken = dialectOf(id);
  if (spoken === undefined || spoken.dialect.view(live).isSuspended) return true;
  const { title } = spoken.kind.controller;
  return (await (lives.get(title) ?? remember(lives, title, controllerOf(spoken.kind, ports, context)))).alive === false;
}

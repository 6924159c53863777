import { dialectOf } from "../../dialects/table.ts";
import type { App } from "../../model/app.ts";
import { NO_COUNTS } from "../../model/event.ts";
import { resourceKey } from "../../model/resource-id.ts";
import { readObject } from "../read-objects.ts";
import { reconcileObjects } from "../reconcile-objects.ts";
import type { AppWriterPorts, RunContext } from "../request.ts";
import type { AppResult, AppsOptions } from "./apps-request.ts";

/** Has the controller of an app deliver it, and waits for that where the run waits at all. Undefined where the object is gone. */
export async function askController(
  { id, timeoutMs }: App,
  options: AppsOptions,
  { ports, context }: { readonly ports: AppWriterPorts; readonly context: RunContext },
): Promise<AppResult | undefined> {
  const spoken = dialectOf(id);
  const object = await ports.cluster.get(id, context);
  if (spoken === undefined || object === undefined) return undefined;
  const asked = { withSource: true, wait: options.wait, timeoutMs: options.timeoutMs ?? timeoutMs, skipsSuspended: false };
  const outcomes = await reconcileObjects([readObject(spoken, object)], asked, ports, context);
  const own = outcomes.find((one) => resourceKey(one.id) === resourceKey(id));
  const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const outcome = failures.length === 0 ? "ready" : "failed";
  return { id, by: "controller", outcome, revision: own?.view.revision ?? "", counts: NO_COUNTS, message: "", failures };
}

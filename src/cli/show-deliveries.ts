import {
  listAllDeliveries,
  statusOfFound,
  watchAllDeliveries,
  watchDelivery,
  watchObject,
  type AnyStatus,
  type FoundDelivery,
  type ReaderPorts,
  type RunContext,
} from "../engine/index.ts";
import type { ReadSession, Rendered } from "./command.ts";
import { findDelivery } from "./find-delivery.ts";
import type { GetTarget } from "./get-target.ts";
import { renderDeliveries } from "./output/deliveries.ts";
import { changeText } from "./output/delivery-changes.ts";
import type { StatusFormat } from "./output/status.ts";
import { renderDelivery } from "./output/status.ts";
import { printWhileRead, watchOutput } from "./output/watch.ts";
import type { StatusFilter } from "./status-filter.ts";

/** What all forms of `get` work with. */
export interface Showing {
  readonly input: {
    readonly allNamespaces: boolean;
    readonly selector: string | undefined;
    readonly output: StatusFormat["output"];
    readonly watch: boolean;
    readonly headers: boolean;
  };
  readonly session: ReadSession;
  readonly ports: ReaderPorts;
  readonly context: RunContext;
  readonly filter: StatusFilter;
}

const NOTHING: Rendered = { text: "", exitStatus: 0 };

/** `gitops get`: all deliveries. */
export async function showDeliveries({ input, session, ports, context, filter }: Showing): Promise<Rendered> {
  const namespace = input.allNamespaces ? undefined : await session.namespace();
  const scope = { namespace, labelSelector: input.selector ?? "" };
  const format = { output: input.output, headers: input.headers, showNamespace: input.allNamespaces, showKind: true };
  if (!input.watch) {
    const all = (await listAllDeliveries(scope, ports, context)).filter(filter);
    return renderDeliveries(all, { ...format, now: ports.clock.now() }, namespace);
  }
  const text = changeText(filter, format, ports.clock);
  await printWhileRead((signal) => watchAllDeliveries(scope, ports, { ...context, signal }), text, session);
  return NOTHING;
}

/** `gitops get [KIND/]NAME`: one delivery with its objects. */
export async function showDelivery(target: Extract<GetTarget, { type: "delivery" }>, showing: Showing): Promise<Rendered> {
  const { input, session, ports, context } = showing;
  const found = await findDelivery(target, session, ports, context);
  if (!input.watch) return renderDelivery(await statusOfFound(found, ports, context), { ...input, now: ports.clock.now() });
  await watchOutput((signal) => watchFound(found, ports, { ...context, signal }), session, input, ports.clock);
  return NOTHING;
}

async function* watchFound(found: FoundDelivery, ports: ReaderPorts, context: RunContext): AsyncGenerator<AnyStatus> {
  if (found.type === "bare") for await (const status of watchDelivery(found.ref, ports, context)) yield { type: "bare", status };
  else for await (const status of watchObject(found.found, ports, context)) yield { type: "object", status };
}

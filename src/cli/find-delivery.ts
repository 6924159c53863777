import { findAnyDelivery, type FoundDelivery, type ReaderPorts, type RunContext } from "../engine/index.ts";
import type { ReadSession } from "./command.ts";
import type { GetTarget } from "./get-target.ts";

/** The delivery that was addressed; it must exist. Throws DELIVERY_NOT_FOUND, AMBIGUOUS_NAME, FORBIDDEN, UNKNOWN_KIND. */
export async function findDelivery(
  { name, kind }: Extract<GetTarget, { type: "delivery" }>,
  session: ReadSession,
  ports: ReaderPorts,
  context: RunContext,
): Promise<FoundDelivery> {
  if (kind === "bare") return { type: "bare", ref: await session.find(name, ports) };
  const scope = { namespace: session.globals.namespace, defaultNamespace: await session.namespace() };
  return findAnyDelivery(name, kind, scope, ports, context);
}

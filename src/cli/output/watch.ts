import { resourceKey, type Clock, type DeliveryStatus } from "../../engine/index.ts";
import type { Session } from "../command.ts";
import { jsonText } from "./document.ts";
import { deliveryDocument, renderDelivery, type StatusFormat } from "./status.ts";

/**
 * Prints a delivery whenever it changes: JSON lines with `-o json`, else the table first and then, as `kubectl get -w` does, the
 * lines of what changed. YAML documents are separated by `---`. Ends when the session's signal is aborted, whose reason it then
 * throws, and when nobody can read on (`gitops get shop -w | head -1`).
 */
export async function watchOutput(
  watch: (signal: AbortSignal) => AsyncIterable<DeliveryStatus>,
  { terminal, signal }: Pick<Session, "terminal" | "signal">,
  format: Pick<StatusFormat, "output" | "headers">,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  terminal.stdout.once("error", leave);
  let former: DeliveryStatus | undefined;
  try {
    for await (const status of watch(AbortSignal.any([signal, gone.signal]))) {
      const text = updateText(status, former, { ...format, now: clock.now() });
      if (text !== "") terminal.stdout.write(text);
      former = status;
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    terminal.stdout.off("error", leave);
  }
  signal.throwIfAborted();
}

/** What one update adds to the output; "" where nothing that is shown changed. */
export function updateText(status: DeliveryStatus, former: DeliveryStatus | undefined, format: StatusFormat): string {
  if (format.output === "json") return `${jsonText(deliveryDocument(status))}\n`;
  if (former === undefined || format.output === "yaml")
    return `${former === undefined ? "" : "---\n"}${renderDelivery(status, format).text}`;
  const known = new Map(former.resources.map((resource) => [resourceKey(resource.id), shown(resource)]));
  const resources = status.resources.filter((resource) => known.get(resourceKey(resource.id)) !== shown(resource));
  const isSame =
    resources.length === 0 &&
    status.sync === former.sync &&
    status.health.status === former.health.status &&
    status.revision === former.revision;
  return isSame ? "" : renderDelivery({ ...status, resources }, { ...format, headers: false }).text;
}

function shown({ sync, health }: DeliveryStatus["resources"][number]): string {
  return JSON.stringify([sync, health]);
}

import { resourceKey, type AnyStatus, type Clock } from "../../engine/index.ts";
import type { Session } from "../command.ts";
import { documentOf } from "./delivery-document.ts";
import { isDocumentFormat, renderUpdate } from "./documents.ts";
import { renderDelivery, type StatusFormat } from "./status.ts";

/**
 * Prints what comes until it ends. Ends when the session's signal is aborted, whose reason it then throws, and when nobody can read on
 * (`gitops get shop -w | head -1`).
 *
 * @param textOf what one item adds to the output; "" for nothing.
 */
export async function printWhileRead<Item>(
  watch: (signal: AbortSignal) => AsyncIterable<Item>,
  textOf: (item: Item) => string,
  { terminal, signal }: Pick<Session, "terminal" | "signal">,
): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  terminal.stdout.once("error", leave);
  try {
    for await (const item of watch(AbortSignal.any([signal, gone.signal]))) {
      const text = textOf(item);
      if (text !== "") terminal.stdout.write(text);
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    terminal.stdout.off("error", leave);
  }
  signal.throwIfAborted();
}

/**
 * Prints a delivery whenever it changes: JSON lines with `-o json`, else the table first and then, as `kubectl get -w` does, the
 * lines of what changed. YAML documents are separated by `---`.
 */
export async function watchOutput(
  watch: (signal: AbortSignal) => AsyncIterable<AnyStatus>,
  session: Pick<Session, "terminal" | "signal">,
  format: Pick<StatusFormat, "output" | "headers">,
  clock: Clock,
): Promise<void> {
  let former: AnyStatus | undefined;
  const textOf = (any: AnyStatus): string => {
    const text = updateText(any, former, { ...format, now: clock.now() });
    former = any;
    return text;
  };
  await printWhileRead(watch, textOf, session);
}

/** What one update adds to the output; "" where nothing that is shown changed. */
export function updateText(any: AnyStatus, former: AnyStatus | undefined, format: StatusFormat): string {
  const { output } = format;
  if (isDocumentFormat(output)) return renderUpdate(documentOf(any), output, former === undefined, format.headers);
  if (former === undefined) return renderDelivery(any, format).text;
  const known = new Map((former.status.resources ?? []).map((resource) => [resourceKey(resource.id), shown(resource)]));
  const resources = (any.status.resources ?? []).filter((resource) => known.get(resourceKey(resource.id)) !== shown(resource));
  const isSame = resources.length === 0 && ownText(any) === ownText(former);
  return isSame ? "" : renderDelivery(withResources(any, resources), { ...format, headers: false }).text;
}

function withResources(any: AnyStatus, resources: NonNullable<AnyStatus["status"]["resources"]>): AnyStatus {
  return any.type === "bare" ? { ...any, status: { ...any.status, resources } } : { ...any, status: { ...any.status, resources } };
}

/** What the line of the delivery itself shows. */
function ownText(any: AnyStatus): string {
  const { sync, health } = any.status;
  return JSON.stringify([
    sync,
    health.status,
    any.type === "bare" ? any.status.revision : [any.status.view.revision, any.status.view.message],
  ]);
}

function shown({ sync, health }: NonNullable<AnyStatus["status"]["resources"]>[number]): string {
  return JSON.stringify([sync, health]);
}

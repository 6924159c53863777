import { findAmong, findAnyDelivery, GitOpsError, type DeliveryRef, type ReadObject } from "../engine/index.ts";
import type { WriteSession } from "./command.ts";
import { parseDeliveryName } from "./delivery-name.ts";
import { parseObjectWords } from "./object-words.ts";
import { openProgress } from "./output/progress.ts";
import { UsageError } from "./usage-error.ts";

/** What `gitops delete` is about. */
export type Deletable =
  | { readonly type: "bare"; readonly ref: DeliveryRef }
  | { readonly type: "object"; readonly found: ReadObject }
  | { readonly type: "missing"; readonly error: GitOpsError };

/**
 * The one delivery or source that the words name; a name alone is of a bare delivery or an app.
 * What the search failed for is `missing`, so that it is told as the end of a run. Throws UsageError for more than one name.
 */
export async function findDeletable(words: readonly string[], session: WriteSession): Promise<Deletable> {
  const [first = ""] = words;
  const isAlone = words.length === 1 && !first.includes("/");
  const isBare = words.length === 1 && first.startsWith("set/");
  const bareName = isAlone || isBare ? parseDeliveryName(first) : "";
  const parsed = isAlone || isBare ? undefined : parseObjectWords(words);
  const [named] = parsed?.names ?? [];
  if (parsed !== undefined && (named === undefined || parsed.names.length > 1))
    throw new UsageError("delete takes one name", "gitops delete [KIND/]NAME, or KIND NAME");
  const progress = await openProgress(session);
  try {
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    if (isBare) return { type: "bare", ref: await session.find(first, ports) };
    const scope = { namespace: session.globals.namespace, defaultNamespace: await session.namespace() };
    if (named !== undefined) return { type: "object", found: await findAmong(named.name, named.kinds, scope, ports, context) };
    return await findAnyDelivery(bareName, undefined, scope, ports, context);
  } catch (error) {
    if (!(error instanceof GitOpsError) || session.signal.aborted) throw error;
    return { type: "missing", error };
  } finally {
    progress.close();
  }
}

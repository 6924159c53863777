import { GitOpsError, getObject, listObjects, watchObjects, type DeliveryChange, type ObjectStatus } from "../engine/index.ts";
import type { Rendered } from "./command.ts";
import { findDelivery } from "./find-delivery.ts";
import type { GetTarget } from "./get-target.ts";
import { changeText } from "./output/delivery-changes.ts";
import { documentOf } from "./output/delivery-document.ts";
import { isDocumentFormat, renderList, renderOne } from "./output/documents.ts";
import { renderKinds } from "./output/object-status.ts";
import { printWhileRead } from "./output/watch.ts";
import type { Showing } from "./show-deliveries.ts";

type KindsTarget = Extract<GetTarget, { type: "kinds" }>;

/** `gitops get KIND [NAME…]`: objects in the columns that flux has. */
export async function showKinds(target: KindsTarget, showing: Showing): Promise<Rendered> {
  const { input, ports } = showing;
  if (input.watch) return watchKinds(target, showing);
  const isList = target.names.length === 0;
  const all = isList ? await listed(target, showing) : await named(target, showing);
  const { output, headers } = input;
  const documents = all.map((status) => documentOf({ type: "object", status }));
  const [only] = documents;
  if (isDocumentFormat(output)) {
    const isOne = target.names.length === 1 && only !== undefined && all.length === 1;
    return { text: isOne ? renderOne(only, output, headers) : renderList(documents, output, headers), exitStatus: 0 };
  }
  const format = { output, headers, now: ports.clock.now(), showNamespace: input.allNamespaces };
  const text = renderKinds(all, { ...format, showKind: target.kinds.length > 1 });
  return all.length > 0 || !isList ? { text, exitStatus: 0 } : { text: "", note: await emptyNote(target, showing), exitStatus: 0 };
}

async function listed({ kinds }: KindsTarget, showing: Showing): Promise<readonly ObjectStatus[]> {
  const { ports, context, filter } = showing;
  const all = await listObjects(kinds, await scopeOf(showing), ports, context);
  return all.filter((status) => filter({ type: "object", status }));
}

/** Every name must be there. Of one kind it is looked for as any delivery is; of several, every kind may have it. */
async function named({ kinds, names }: KindsTarget, showing: Showing): Promise<readonly ObjectStatus[]> {
  const { session, ports, context } = showing;
  const [kind, more] = kinds;
  if (kind !== undefined && more === undefined) {
    return Promise.all(
      names.map(async (name) => {
        const found = await findDelivery({ type: "delivery", name, kind }, session, ports, context);
        if (found.type === "bare") throw missing(name, "");
        return getObject(found.found, ports, context);
      }),
    );
  }
  const scope = await scopeOf(showing);
  const all = await listObjects(kinds, scope, ports, context);
  const where = scope.namespace === undefined ? "in any namespace" : `in the namespace ${scope.namespace}`;
  for (const name of names) if (!all.some(({ view }) => view.id.name === name)) throw missing(name, where);
  return all.filter(({ view }) => names.includes(view.id.name));
}

async function watchKinds({ kinds, names }: KindsTarget, showing: Showing): Promise<Rendered> {
  const { input, session, ports, context, filter } = showing;
  const scope = await scopeOf(showing);
  const format = { output: input.output, headers: input.headers, showNamespace: input.allNamespaces, showKind: kinds.length > 1 };
  const isNamed = ({ view }: ObjectStatus): boolean => names.length === 0 || names.includes(view.id.name);
  const text = changeText(
    (any) => filter(any) && any.type === "object" && isNamed(any.status),
    { ...format, hasOwnColumns: true },
    ports.clock,
  );
  await printWhileRead((signal) => changes(kinds, scope, { ...showing, context: { ...context, signal } }), text, session);
  return { text: "", exitStatus: 0 };
}

async function* changes(
  kinds: KindsTarget["kinds"],
  scope: Awaited<ReturnType<typeof scopeOf>>,
  { ports, context }: Pick<Showing, "ports" | "context">,
): AsyncGenerator<DeliveryChange> {
  for await (const change of watchObjects(kinds, scope, ports, context)) {
    if (change.type === "listed") yield { type: "listed", all: change.all.map((status) => ({ type: "object", status })) };
    else yield { type: change.type, status: { type: "object", status: change.status } };
  }
}

async function scopeOf({ input, session }: Showing): Promise<{ readonly namespace: string | undefined; readonly labelSelector: string }> {
  return { namespace: input.allNamespaces ? undefined : await session.namespace(), labelSelector: input.selector ?? "" };
}

async function emptyNote({ kinds }: KindsTarget, showing: Showing): Promise<string> {
  const { namespace } = await scopeOf(showing);
  const [kind, more] = kinds;
  const what = kind === undefined || more !== undefined ? "objects" : kind.kind.plural;
  return namespace === undefined ? `no ${what} in any namespace` : `no ${what} in the namespace ${namespace}; -A looks in all`;
}

function missing(name: string, where: string): GitOpsError {
  return new GitOpsError("DELIVERY_NOT_FOUND", `nothing named ${name} ${where}`.trimEnd(), {
    hint: "gitops get all -A lists all",
    data: { delivery: name },
  });
}

import { diagnose, type DeliveryFacts } from "../../diagnose/index.ts";
import { DEFAULT_BUDGET } from "../../build/build-options.ts";
import { dialectOf } from "../../dialects/table.ts";
import { DEFAULT_POLICY, type DeliveryRef } from "../../model/delivery.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Finding } from "../../model/finding.ts";
import type { JsonObject } from "../../model/json.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { StoredDelivery } from "../../ports/delivery-store.ts";
import { prepareSync } from "../prepare-sync.ts";
import { readObject } from "../read-objects.ts";
import { diagnoseObject, failureFacts } from "./delivery-facts.ts";
import type { Examination } from "./examination.ts";
import { memberFacts } from "./member-facts.ts";
import { bareOwnership } from "./ownership-facts.ts";

/** What blocks a bare delivery, and what else was seen of it. Throws DELIVERY_NOT_FOUND. */
export async function diagnoseBare(ref: DeliveryRef, examination: Examination): Promise<readonly Finding[]> {
  const { ports, context } = examination;
  let stored: StoredDelivery | undefined;
  try {
    stored = await ports.deliveries.read(ref, context);
  } catch (error) {
    // A record that cannot be read is the cause.
    if (!(error instanceof GitOpsError) || !["INVENTORY_UNREADABLE", "OWNED_BY_ANOTHER"].includes(error.code)) throw error;
    return diagnose({ ...emptyFacts(ref, examination), failure: failureFacts(error) });
  }
  if (stored !== undefined) return diagnose(await bareFacts(stored, examination));
  throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${ref.name} in the namespace ${ref.namespace}`, {
    hint: "gitops get -A lists all deliveries",
    data: { delivery: ref.name, namespace: ref.namespace },
  });
}

function emptyFacts({ namespace, name }: DeliveryRef, { ports }: Examination): DeliveryFacts {
  return {
    address: `set/${name}`,
    id: { group: "", kind: "Set", namespace, name },
    namespace,
    app: undefined,
    failure: undefined,
    source: undefined,
    dependencies: [],
    cycle: [],
    parent: undefined,
    members: [],
    rivals: [],
    foreign: [],
    lingering: [],
    leftAlone: [],
    outOfSync: [],
    hidden: [],
    now: ports.clock.now(),
  };
}

async function bareFacts(stored: StoredDelivery, examination: Examination): Promise<DeliveryFacts> {
  const { inventory, ref } = stored;
  const ids = inventory.entries.map(({ group, kind, namespace, name }) => ({ group, kind, namespace, name }));
  const hidden = new Set<string>();
  // What files declare as an app of a dialect cannot be built from its record alone, and its objects carry the dialect's marks.
  const isBare = ref.dialect === "bare";
  const [compared, members] = await Promise.all([
    isBare ? compare(stored, examination) : {},
    memberFacts(ids, (id, object) => nestedFindings(id, object, examination), examination, hidden),
  ]);
  const live = new Map(members.flatMap(({ id, object }) => (object === undefined ? [] : [[resourceKey(id), { id, object }] as const])));
  return { ...emptyFacts(ref, examination), ...compared, ...(isBare ? bareOwnership(live) : {}), members, hidden: [...hidden] };
}

/** What a sync would do, found out without doing it. */
async function compare(
  { ref, inventory }: StoredDelivery,
  { ports, context }: Examination,
): Promise<Pick<DeliveryFacts, "failure" | "outOfSync" | "lingering">> {
  const build = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
  const request = { ref, source: undefined, override: {}, policy: { ...DEFAULT_POLICY, prune: true }, build, expectCluster: undefined };
  try {
    const { changes, plan } = await prepareSync(request, ports, { ...context, emit: () => undefined });
    const [guard] = plan.guards;
    const failure =
      guard === undefined ? undefined : { code: guard.code, message: guard.message, hint: guard.hint, diagnostics: [], isElsewhere: false };
    const known = new Set(inventory.entries.map(resourceKey));
    const isNews = (id: ResourceId): boolean => known.has(resourceKey(id));
    return {
      failure,
      outOfSync: changes.flatMap(({ action, id }) => (action === "configure" || (action === "create" && !isNews(id)) ? [id] : [])),
      lingering: changes.flatMap(({ action, id }) => (action === "prune" ? [id] : [])),
    };
  } catch (error) {
    if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
    const isElsewhere = inventory.source.type === "directory" && error.code === "PATH_NOT_FOUND";
    return { failure: failureFacts(error, isElsewhere), outOfSync: [], lingering: [] };
  }
}

async function nestedFindings(id: ResourceId, object: JsonObject, examination: Examination): Promise<readonly Finding[]> {
  const spoken = dialectOf(id);
  if (spoken === undefined || spoken.kind.role === "source") return [];
  const read = readObject(spoken, object);
  if (read.view.ready === "True" && read.view.isObserved) return [];
  const findings = await diagnoseObject(read, "cause", examination);
  return findings.filter(({ severity, code }) => severity === "blocking" && code !== "Suspended");
}

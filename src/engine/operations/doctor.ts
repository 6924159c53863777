import { groupByCause, sortFindings, sourceFindings, surroundingFindings, type Suspect } from "../diagnose/index.ts";
import { DIALECT_KINDS } from "../dialects/table.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import { resourceKey } from "../model/resource-id.ts";
import type { Source } from "../model/source.ts";
import { mapBounded } from "./bounded.ts";
import { diagnoseBare } from "./doctor/bare-facts.ts";
import { diagnoseObject } from "./doctor/delivery-facts.ts";
import { Examination, type DoctorPorts } from "./doctor/examination.ts";
import { sourceFacts } from "./doctor/object-facts.ts";
import { surroundingFacts } from "./doctor/surrounding-facts.ts";
import type { FoundDelivery, NameScope } from "./find-object.ts";
import { readObjects, type ReadObject } from "./read-objects.ts";
import type { RunContext } from "./request.ts";
import { readableKinds } from "./served-kinds.ts";

/** So many deliveries are looked at at once. */
const AT_ONCE = 8;

/**
 * Why one delivery is stuck: the first finding, where it blocks, is the cause. Changes nothing.
 * @throws DELIVERY_NOT_FOUND, CLUSTER_UNREACHABLE …
 */
export async function diagnoseDelivery(found: FoundDelivery, ports: DoctorPorts, context: RunContext): Promise<readonly Finding[]> {
  const examination = await Examination.begin(ports, context);
  if (found.type === "bare") return diagnoseBare(found.ref, examination);
  if (found.found.view.role === "app") return diagnoseObject(found.found, "all", examination);
  const { view } = found.found;
  const source = await sourceFacts(view.id, examination);
  return source === undefined ? [] : sortFindings(sourceFindings(source, view.id.name, ports.clock.now()));
}

/**
 * The surroundings of all deliveries (cluster, rights, kinds, controllers, repositories), and each delivery that is not ready, grouped
 * by what it is held up by. Changes nothing.
 *
 * @param scope without a namespace all are looked at; who may not list all of them, the default one.
 * @throws CLUSTER_UNREACHABLE, UNAUTHENTICATED … where the cluster does not answer at all.
 */
export async function diagnoseCluster(scope: NameScope, ports: DoctorPorts, context: RunContext): Promise<readonly Finding[]> {
  const examination = await Examination.begin(ports, context);
  const all = await listEverything(scope.namespace, examination);
  if (scope.namespace !== undefined || !all.isHidden) return survey(all, examination);
  return survey(await listEverything(scope.defaultNamespace, examination), examination);
}

/** What there is to look at. */
interface Listing {
  readonly namespace: string | undefined;
  readonly objects: readonly ReadObject[];
  readonly refs: readonly DeliveryRef[];
  /** Of the bare deliveries. */
  readonly sources: readonly Source[];
  /** Whether something may not be listed. */
  readonly isHidden: boolean;
}

async function listEverything(namespace: string | undefined, examination: Examination): Promise<Listing> {
  const { ports, context, discovery } = examination;
  const kinds = readableKinds(DIALECT_KINDS, discovery, { ...context, emit: () => undefined });
  const [{ objects, hidden }, bare] = await Promise.all([
    readObjects(kinds, { namespace, labelSelector: "" }, ports, context),
    listBare(namespace, examination),
  ]);
  const isHidden = hidden.length > 0 || bare === undefined;
  return { namespace, objects, refs: bare?.refs ?? [], sources: bare?.sources ?? [], isHidden };
}

async function survey(listing: Listing, examination: Examination): Promise<readonly Finding[]> {
  const { objects, refs } = listing;
  const [surroundings, suspects, idle] = await Promise.all([
    surroundingFacts(listing, examination),
    findSuspects(objects, refs, examination),
    idleSources(objects, examination),
  ]);
  const causes = groupByCause(suspects.map(withoutIntendedRest));
  const rest = suspects.flatMap(({ address, findings }) => restOf(findings, address));
  return sortFindings([...causes, ...surroundingFindings(surroundings), ...idle, ...rest]);
}

/** Undefined where they may not be listed: which right is missing is told with the others. */
async function listBare(
  namespace: string | undefined,
  { ports, context }: Examination,
): Promise<{ readonly refs: readonly DeliveryRef[]; readonly sources: readonly Source[] } | undefined> {
  try {
    const { deliveries, unreadable } = await ports.deliveries.list(namespace, context);
    return { refs: [...deliveries, ...unreadable].map(({ ref }) => ref), sources: deliveries.map(({ inventory }) => inventory.source) };
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    return undefined;
  }
}

async function findSuspects(
  objects: readonly ReadObject[],
  refs: readonly DeliveryRef[],
  examination: Examination,
): Promise<readonly Suspect[]> {
  const apps = objects.filter(({ view }) => view.role === "app");
  const ofApps = await mapBounded(apps, AT_ONCE, async (read) => ({
    address: `${read.kind.words[0] ?? read.kind.plural}/${read.view.id.name} -n ${read.view.id.namespace}`,
    findings: await diagnoseObject(read, "cause", examination),
  }));
  const ofSets = await mapBounded(refs, AT_ONCE, async (ref) => ({
    address: `set/${ref.name} -n ${ref.namespace}`,
    findings: await diagnoseBare(ref, examination),
  }));
  return [...ofApps, ...ofSets];
}

/** Who suspends what is well means it; it only counts where it holds up something else. */
function withoutIntendedRest({ address, findings }: Suspect): Suspect {
  const [first] = findings;
  const isMeant =
    first?.code === "Suspended" && first.severity === "blocking" && first.evidence.every((line) => line.startsWith("Ready=True"));
  const isOwn = isMeant && first.object !== undefined && address.endsWith(`/${first.object.name} -n ${first.object.namespace}`);
  return isOwn ? { address, findings: [] } : { address, findings };
}

/** What was found of a delivery beside its cause, and its suspension where it is meant. */
function restOf(findings: readonly Finding[], address: string): readonly Finding[] {
  const warnings = findings.filter(({ severity, code }) => severity === "warning" && code !== "Hidden");
  const kept = withoutIntendedRest({ address, findings }).findings;
  const [first] = findings;
  return kept.length === 0 && first !== undefined ? [{ ...first, severity: "warning" }, ...warnings] : warnings;
}

/** Sources that no app uses and that do not work: nothing is held up by them. */
async function idleSources(objects: readonly ReadObject[], examination: Examination): Promise<readonly Finding[]> {
  const used = new Set(objects.flatMap(({ view }) => (view.source === undefined ? [] : [resourceKey(view.source)])));
  const idle = objects.filter(({ view }) => view.role === "source" && !used.has(resourceKey(view.id)) && view.ready !== "True");
  const found = await mapBounded(idle, AT_ONCE, async ({ view }) => {
    const source = await sourceFacts(view.id, examination);
    return source === undefined ? [] : sourceFindings(source, view.id.name, examination.ports.clock.now());
  });
  return found.flat().map((finding) => (finding.severity === "blocking" ? { ...finding, severity: "warning" as const } : finding));
}

import { diagnose, type DeliveryFacts, type DependencyFacts, type ObjectFacts, type ParentFacts } from "../../diagnose/index.ts";
import { DEFAULT_BUDGET } from "../../build/build-options.ts";
import { dialectOf } from "../../dialects/table.ts";
import { DEFAULT_POLICY } from "../../model/delivery.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Finding, FindingCode } from "../../model/finding.ts";
import type { JsonObject } from "../../model/json.ts";
import type { ObjectView } from "../../model/object-view.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { diffApps } from "../diff.ts";
import { readObject, type ReadObject } from "../read-objects.ts";
import { memberFacts } from "./member-facts.ts";
import { objectFacts, sourceFacts } from "./object-facts.ts";
import { ownershipFacts } from "./ownership-facts.ts";
import type { Examination } from "./examination.ts";

/** How much is looked at: all, or only until a cause is found, for a listing of many. */
export type Depth = "all" | "cause";

/** What only says that it is not ready: its objects may say why. */
const LEFT_TO_MEMBERS: ReadonlySet<FindingCode> = new Set(["Unexplained", "HealthCheckFailed", "Reconciling"]);

/** A delivery on the way that is looked at. What was found of it is whole unless the way came back to it. */
interface Step {
  readonly id: ResourceId;
  isWhole: boolean;
}

/** Deliveries that are looked at already, from the first one on; a circle ends there. */
type Path = readonly Step[];

/** What blocks an app, and what else was seen of it. What was found of it before is not looked for again. */
export async function diagnoseObject(
  read: ReadObject,
  depth: Depth,
  examination: Examination,
  path: Path = [],
): Promise<readonly Finding[]> {
  const { id } = read.view;
  const key = resourceKey(id);
  if (path.some((step) => resourceKey(step.id) === key)) {
    // On the way to itself an app is not asked again: what lies between is known in part only.
    for (const step of path) step.isWhole = false;
    return [];
  }
  const known = examination.diagnosed.get(key);
  if (known !== undefined) return known;
  const step = { id, isWhole: true };
  const findings = diagnose(await appFacts(read, depth, examination, [...path, step]));
  if (step.isWhole) examination.diagnosed.set(key, findings);
  return findings;
}

async function appFacts(read: ReadObject, depth: Depth, examination: Examination, path: Path): Promise<DeliveryFacts> {
  const { view } = read;
  const [app, source, parent, dependencies] = await Promise.all([
    objectFacts(read, examination),
    sourceFacts(view.source, examination),
    parentFacts(read, examination),
    dependenciesOf(view, examination, path),
  ]);
  const surface: DeliveryFacts = {
    address: app.address,
    id: view.id,
    namespace: view.id.namespace,
    app,
    failure: undefined,
    source,
    dependencies,
    cycle: await cycleOf(view, examination),
    parent,
    members: [],
    rivals: [],
    foreign: [],
    lingering: [],
    leftAlone: [],
    outOfSync: [],
    hidden: [],
    now: examination.ports.clock.now(),
  };
  const isExplained = diagnose(surface).some(({ severity, code }) => severity === "blocking" && !LEFT_TO_MEMBERS.has(code));
  const isDeep = depth === "all" || path.length > 1 || !isExplained;
  const failure = depth === "all" && isDeep ? await ownBuild(app, examination) : undefined;
  // What is delivered to another cluster is not to be looked for in this one.
  if (!isDeep || view.isRemote) return { ...surface, failure };
  const hidden = new Set<string>();
  const ids = view.inventory.map(({ group, kind, namespace, name }) => ({ group, kind, namespace, name }));
  const members = await memberFacts(ids, (id, object) => nestedFindings(id, object, examination, path), examination, hidden);
  const live = new Map(members.flatMap(({ id, object }) => (object === undefined ? [] : [[resourceKey(id), { id, object }] as const])));
  const owned = depth === "all" && path.length === 1 ? await ownershipFacts(view, live, examination, hidden) : {};
  return { ...surface, ...owned, failure, members, hidden: [...hidden] };
}

/** An app or a source among the objects of an app. */
async function nestedFindings(id: ResourceId, object: JsonObject, examination: Examination, path: Path): Promise<readonly Finding[]> {
  const spoken = dialectOf(id);
  if (spoken === undefined) return [];
  const read = readObject(spoken, object);
  const { view } = read;
  if ((view.ready === "True" && view.isObserved && !view.isSuspended) || spoken.kind.role === "source") return [];
  return (await diagnoseObject(read, "cause", examination, path)).filter(
    ({ severity, code }) => severity === "blocking" && code !== "Suspended",
  );
}

/** One after the other: what two of them wait for is then looked at once. */
async function dependenciesOf({ dependsOn }: ObjectView, examination: Examination, path: Path): Promise<readonly DependencyFacts[]> {
  const found: DependencyFacts[] = [];
  for (const id of dependsOn) found.push(await dependencyFacts(id, examination, path));
  return found;
}

async function dependencyFacts(id: ResourceId, examination: Examination, path: Path): Promise<DependencyFacts> {
  const spoken = dialectOf(id);
  const address = `${spoken?.kind.words[0] ?? id.kind}/${id.name}`;
  const looked = await examination.look(id);
  if (looked.type !== "there" || spoken === undefined)
    return { id, address, state: looked.type === "unreadable" ? "unreadable" : "missing", findings: [] };
  const read = readObject(spoken, looked.object);
  if (read.view.ready === "True" && read.view.isObserved) return { id, address, state: "ready", findings: [] };
  return { id, address, state: "not-ready", findings: await diagnoseObject(read, "cause", examination, path) };
}

/** The addresses of a circle of dependencies through an app, beginning and ending with it; empty where there is none. */
async function cycleOf(start: ObjectView, examination: Examination): Promise<readonly string[]> {
  const seen = new Set<string>();
  const own = resourceKey(start.id);
  async function way(view: ObjectView, names: readonly string[]): Promise<readonly string[]> {
    for (const id of view.dependsOn) {
      const key = resourceKey(id);
      if (key === own) return [...names, start.id.name];
      if (seen.has(key)) continue;
      seen.add(key);
      const spoken = dialectOf(id);
      const looked = await examination.look(id);
      if (spoken === undefined || looked.type !== "there") continue;
      const circle = await way(spoken.dialect.view(looked.object), [...names, id.name]);
      if (circle.length > 0) return circle;
    }
    return [];
  }
  return way(start, [start.id.name]);
}

async function parentFacts({ dialect, object, view }: ReadObject, examination: Examination): Promise<ParentFacts | undefined> {
  const owner = dialect.ownerOf(object);
  const spoken = owner === undefined ? undefined : dialectOf(owner);
  if (owner === undefined || spoken === undefined || resourceKey(owner) === resourceKey(view.id)) return undefined;
  const looked = await examination.look(owner);
  if (looked.type !== "there") return undefined;
  const parent = spoken.dialect.view(looked.object);
  const source = parent.source === undefined ? undefined : await examination.look(parent.source);
  const offered =
    source?.type === "there" && parent.source !== undefined ? (dialectOf(parent.source)?.dialect.view(source.object).revision ?? "") : "";
  return {
    id: parent.id,
    address: `${spoken.kind.words[0] ?? spoken.kind.plural}/${parent.id.name}`,
    isSuspended: parent.isSuspended,
    isBehind: parent.ready !== "True" || (offered !== "" && offered !== parent.revision),
  };
}

/** Where the controller could not build: what our own build says, with file and line. Undefined where that cannot be tried. */
async function ownBuild({ id, failure, isPlayed }: ObjectFacts, examination: Examination): Promise<DeliveryFacts["failure"]> {
  if (failure?.stage !== "build" || !isPlayed) return undefined;
  const context = { ...examination.context, emit: () => undefined };
  const options = {
    build: { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsNone", strict: false },
    policy: DEFAULT_POLICY,
    wait: false,
    timeoutMs: undefined,
    takeover: false,
    crossNamespace: true,
    strictVariables: true,
    expectCluster: undefined,
    instead: undefined,
  } as const;
  try {
    const [diff] = await diffApps({ declared: [], named: [id], options }, examination.ports.apps, context);
    return diff?.failure === undefined ? undefined : failureFacts(diff.failure);
  } catch (error) {
    if (error instanceof GitOpsError && !examination.context.signal.aborted) return failureFacts(error);
    throw error;
  }
}

/** An error of ours as a fact. */
export function failureFacts(error: GitOpsError, isElsewhere = false): NonNullable<DeliveryFacts["failure"]> {
  const found: unknown = error.data["diagnostics"];
  const diagnostics = Array.isArray(found) ? found.filter(isDiagnostic) : [];
  return { code: error.code, message: error.message, hint: error.hint ?? "", diagnostics, isElsewhere };
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof value === "object" && value !== null && "file" in value && "message" in value && "severity" in value;
}

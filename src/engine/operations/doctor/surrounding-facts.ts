import { readRepositories, type NamedSource } from "./repositories.ts";
import type { RightFacts, SurroundingFacts } from "../../diagnose/index.ts";
import { DIALECT_KINDS, DIALECTS } from "../../dialects/table.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Source } from "../../model/source.ts";
import type { Right } from "../../ports/cluster-probe.ts";
import { mapBounded } from "../bounded.ts";
import type { ReadObject } from "../read-objects.ts";
import type { Examination } from "./examination.ts";

/** What the listing of deliveries found. */
interface Listed {
  readonly namespace: string | undefined;
  readonly objects: readonly ReadObject[];
  /** Of the bare deliveries. */
  readonly sources: readonly Source[];
}

const RIGHTS_AT_ONCE = 8;

/** Cluster, user, rights, kinds, controllers and repositories. */
export async function surroundingFacts(listed: Listed, examination: Examination): Promise<SurroundingFacts> {
  const { ports, context, discovery } = examination;
  const { probe } = ports;
  const [version, user, rights, controllers, sources] = await Promise.all([
    permitted(() => probe.version(context)),
    permitted(() => probe.whoAmI(context)),
    readRights(listed.namespace, examination),
    readControllers(listed.objects, examination),
    readRepositories(namedSources(listed), examination),
  ]);
  const dialects = DIALECTS.map(({ title, kinds }) => ({
    title,
    served: kinds.flatMap((kind) => {
      const served = discovery.find(kind);
      if (served === undefined) return [];
      return [{ kind: kind.kind, versions: served.versions, isUnderstood: kind.versions.some((one) => served.versions.includes(one)) }];
    }),
  }));
  const unavailableGroups = [...discovery.unavailableGroups];
  return { server: probe.server, version, user, namespace: listed.namespace, rights, dialects, unavailableGroups, controllers, sources };
}

/** Who may not ask is told nothing, and the rest of the diagnosis goes on. */
async function permitted(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return "";
    throw error;
  }
}

async function readRights(namespace: string | undefined, { ports, context, discovery }: Examination): Promise<readonly RightFacts[]> {
  const served = DIALECT_KINDS.filter(({ kind }) => discovery.find(kind) !== undefined);
  const wanted: readonly (Omit<Right, "namespace"> & { readonly neededFor: string })[] = [
    ...served.flatMap(({ kind: { group, plural } }) => [
      { verb: "list", group, resource: plural, neededFor: "see deliveries" },
      { verb: "patch", group, resource: plural, neededFor: "reconcile, suspend and resume" },
    ]),
    { verb: "list", group: "", resource: "configmaps", neededFor: "see deliveries" },
    { verb: "list", group: "", resource: "pods", neededFor: "see what Pods wait for" },
    { verb: "list", group: "", resource: "events", neededFor: "see what Pods wait for" },
    { verb: "get", group: "", resource: "pods/log", neededFor: "see what Pods wait for" },
    { verb: "get", group: "", resource: "secrets", neededFor: "check credentials" },
    { verb: "list", group: "coordination.k8s.io", resource: "leases", neededFor: "see whether controllers are alive" },
    { verb: "create", group: "", resource: "configmaps", neededFor: "sync bare deliveries" },
    { verb: "patch", group: "apps", resource: "deployments", neededFor: "sync bare deliveries" },
  ];
  return mapBounded(wanted, RIGHTS_AT_ONCE, async ({ neededFor, ...right }) => ({
    verb: right.verb,
    resource: right.group === "" ? right.resource : `${right.resource}.${right.group}`,
    isAllowed: await ports.probe.mayI({ ...right, namespace: namespace ?? "" }, context),
    neededFor,
  }));
}

/** Each controller whose kinds are served. */
async function readControllers(objects: readonly ReadObject[], examination: Examination): Promise<SurroundingFacts["controllers"]> {
  const served = DIALECT_KINDS.filter(({ kind }) => kind.controller.lease !== "" && examination.discovery.find(kind) !== undefined);
  const first = [...new Map(served.map((spoken) => [spoken.kind.controller.lease, spoken])).values()];
  return mapBounded(first, RIGHTS_AT_ONCE, async (spoken) => ({
    title: spoken.kind.controller.title,
    life: await examination.life(spoken),
    hasWork: objects.some(({ kind, view }) => kind.controller.lease === spoken.kind.controller.lease && !view.isSuspended),
  }));
}

/** Every repository once, with the Secret that holds its credentials where an object names one. */
function namedSources({ objects, sources }: Listed): readonly NamedSource[] {
  const ofObjects = objects
    .filter(({ kind }) => kind.role === "source" && kind.isPlayed)
    .map((read) => ({ type: "object" as const, read }));
  const ofBare = sources.flatMap((source) => (source.type === "git" ? [{ type: "bare" as const, source }] : []));
  return [...ofObjects, ...ofBare];
}

import { DIALECT_KINDS } from "../../dialects/table.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { GitRef, Source } from "../../model/source.ts";
import { mapBounded } from "../bounded.ts";
import { readObjects } from "../read-objects.ts";
import type { DeliveryRequest, RunContext } from "../request.ts";
import { readableKinds } from "../served-kinds.ts";
import { appBuild, bareBuild, builtChanges, type BuiltFiles, type DeliveryBuild } from "./delivery-build.ts";
import type { AffectedDelivery, FileChange, RollbackPorts } from "./rollback-request.ts";

const IGNORE_FILE = ".sourceignore";

/** Builds take memory, and these are two for each delivery. */
const BUILDS_AT_ONCE = 4;

/** The commit that is looked at. */
export interface ProposedChange {
  readonly branch: string;
  readonly tip: string;
  readonly commit: string;
  readonly files: readonly FileChange[];
}

/**
 * The other deliveries of this cluster that are built of the same branch and whose builds a commit changes. One that reads none of the
 * files is built once; one that does not build before and after is not affected. What may not be listed is told.
 */
export async function affectedDeliveries(
  own: DeliveryBuild,
  change: ProposedChange,
  options: DeliveryRequest["build"],
  ports: RollbackPorts,
  context: RunContext,
): Promise<readonly AffectedDelivery[]> {
  const others = (await builds(options, ports, context)).filter(
    (each) =>
      !(each.address === own.address && each.namespace === own.namespace) &&
      sameRepository(each.repository.url, own.repository.url) &&
      mayBeBranch(each.ref, change.branch),
  );
  const affected = await mapBounded(others, BUILDS_AT_ONCE, async (other) => {
    try {
      return await affectedBy(other, change);
    } catch (error) {
      if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
      const message = `${other.address} -n ${other.namespace}: whether it changes is not known: ${error.message}`;
      context.emit({ type: "warning", message });
      return undefined;
    }
  });
  return affected.flatMap((each) => (each === undefined ? [] : [each]));
}

async function affectedBy(other: DeliveryBuild, { tip, commit, files }: ProposedChange): Promise<AffectedDelivery | undefined> {
  const before = await other.at(tip);
  if (!files.some(({ path }) => before.read.concerns(path) || isIgnoreFile(path))) return undefined;
  const after = await other.at(commit);
  const objects = changesOf(before, after);
  const failure = before.failure === undefined ? (after.failure?.message ?? "") : "";
  if (objects.length === 0 && failure === "") return undefined;
  return { address: `${other.address} -n ${other.namespace}`, objects, failure };
}

/** Read before the build begins, for all folders. */
function isIgnoreFile(path: string): boolean {
  return path === IGNORE_FILE || path.endsWith(`/${IGNORE_FILE}`);
}

function changesOf(before: BuiltFiles, after: BuiltFiles) {
  if (before.manifests === undefined || after.manifests === undefined) return [];
  return builtChanges(before.manifests, after.manifests);
}

async function builds(options: DeliveryRequest["build"], ports: RollbackPorts, context: RunContext): Promise<readonly DeliveryBuild[]> {
  const quiet = { ...context, emit: () => undefined };
  const discovery = await ports.cluster.discover(context);
  const kinds = readableKinds(
    DIALECT_KINDS.filter(({ kind }) => kind.role === "app" && kind.isPlayed),
    discovery,
    quiet,
  );
  const [bare, { objects, hidden }] = await Promise.all([
    listBare(ports, context),
    readObjects(kinds, { namespace: undefined, labelSelector: "" }, ports, context),
  ]);
  if (hidden.length > 0 || bare === undefined) {
    const what = bare === undefined ? "deliveries" : hidden.map(({ kind }) => kind.plural).join(", ");
    context.emit({ type: "warning", message: `you may not list all ${what}: whether builds of others change is not known` });
  }
  const apps = await mapBounded(objects, BUILDS_AT_ONCE, (found) => unlessBroken(() => appBuild(found, options, ports, context)));
  const sets = (bare ?? []).map(async ({ ref, source }) => unlessBroken(async () => bareBuild(ref, source, options, ports, context)));
  return [...apps, ...(await Promise.all(sets))].flatMap((each) => (each === undefined ? [] : [each]));
}

/** A delivery that cannot be built for its own reasons is not harmed by a change of files. */
async function unlessBroken(open: () => Promise<DeliveryBuild>): Promise<DeliveryBuild | undefined> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

async function listBare({ deliveries }: RollbackPorts, context: RunContext) {
  try {
    const { deliveries: stored } = await deliveries.list(undefined, context);
    return stored.map(({ ref, inventory }): { ref: typeof ref; source: Source } => ({ ref, source: inventory.source }));
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return undefined;
    throw error;
  }
}

/** Whether two URLs may name one repository: by host and path, since it may be reached by https and by ssh; by port where the protocol is the same. */
export function sameRepository(left: string, right: string): boolean {
  const [a, b] = [placeOf(left), placeOf(right)];
  return a.place === b.place && (a.protocol !== b.protocol || a.port === b.port);
}

function placeOf(url: string): { readonly protocol: string; readonly place: string; readonly port: string } {
  const [, protocol = "ssh", host = "", port = "", path = ""] =
    /^(?:([a-z+]+):\/\/)?(?:[^@/]*@)?([^/:]*)(?::(\d+)(?=\/))?[/:]*(.*)$/i.exec(url) ?? [];
  return { protocol, port, place: `${host.toLowerCase()}/${path.replace(/\/+$/, "").replace(/\.git$/, "")}` };
}

/** The default branch may be any. */
function mayBeBranch(ref: GitRef, branch: string): boolean {
  if (ref.type === "default") return true;
  if (ref.type === "full") return ref.name === `refs/heads/${branch}`;
  return (ref.type === "branch" || ref.type === "named") && (ref.name === branch || ref.name === `refs/heads/${branch}`);
}

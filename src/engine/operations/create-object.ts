import { dialectOf } from "../dialects/table.ts";
import { idOf } from "../model/metadata.ts";
import { GitOpsError } from "../model/errors.ts";
import { stringAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatPlacedId } from "../model/resource-id.ts";
import type { AskOutcome } from "./ask/asked-object.ts";
import { ASKING_MANAGER } from "./ask/field-manager.ts";
import { readObject } from "./read-objects.ts";
import { reconcileObjects } from "./reconcile-objects.ts";
import type { AskingPorts, RunContext } from "./request.ts";

/**
 * Checks a composed object as the dialect reads it. Throws INVALID_MANIFEST, UNSUPPORTED_CONTENT.
 * @returns the manifest; nothing is sent.
 */
export function checkComposed(object: JsonObject): Manifest {
  const id = idOf(object);
  const manifest = { id, apiVersion: stringAt(object, "apiVersion"), object, origin: { file: "the command line" } };
  const spoken = dialectOf(id);
  const ignored = (): void => undefined;
  if (spoken?.kind.role === "app") spoken.dialect.app(manifest, ignored);
  else spoken?.dialect.source(manifest, ignored);
  return manifest;
}

/**
 * Makes an object of a dialect, or changes the one of that name, and waits until its controller has made it ready.
 * Fields that the object has and this request does not name stay.
 */
export async function createObject(
  manifest: Manifest,
  options: { readonly wait: boolean; readonly timeoutMs: number },
  ports: AskingPorts,
  context: RunContext,
): Promise<AskOutcome> {
  const spoken = dialectOf(manifest.id);
  if (spoken === undefined) throw new GitOpsError("UNKNOWN_KIND", `${formatPlacedId(manifest.id)} is of no kind that is spoken here`);
  const former = await ports.cluster.get(manifest.id, context);
  const stored = await ports.objects.apply(manifest, { fieldManager: ASKING_MANAGER, signal: context.signal });
  const action = former === undefined ? "created" : isSame(former, stored) ? "unchanged" : "configured";
  context.emit({ type: "object.applied", id: manifest.id, action });
  const found = readObject(spoken, stored);
  if (!options.wait || found.view.isSuspended) return { id: manifest.id, result: "requested", view: found.view, token: "", elapsedMs: 0 };
  const [outcome] = await reconcileObjects([found], { ...options, withSource: false, skipsSuspended: true }, ports, context);
  return outcome ?? { id: manifest.id, result: "requested", view: found.view, token: "", elapsedMs: 0 };
}

function isSame(former: JsonObject, stored: JsonObject): boolean {
  return stringAt(former, "metadata", "resourceVersion") === stringAt(stored, "metadata", "resourceVersion");
}

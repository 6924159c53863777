import { compareObject } from "../compare/index.ts";
import { DIALECTS } from "../dialects/table.ts";
import { assessHealth } from "../health/index.ts";
import { GitOpsError } from "../model/errors.ts";
import { stringAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ResourceId } from "../model/resource-id.ts";
import { ASKING_MANAGER } from "./ask/field-manager.ts";
import { mapBounded } from "./bounded.ts";
import { startDeadline, type Deadline } from "./execute/deadline.ts";
import type { AskingPorts, RunContext } from "./request.ts";

/** Definitions to install. */
export interface InstallRequest {
  /** Those of files; undefined for this program's own. */
  readonly definitions: readonly Manifest[] | undefined;
  readonly dryRun: boolean;
  /** All together, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
}

/** What became of one definition. */
export interface InstalledDefinition {
  readonly id: ResourceId;
  /** `left`: one of that name is installed, and nobody asked for another. */
  readonly result: "created" | "configured" | "unchanged" | "left";
}

const API_VERSION = "apiextensions.k8s.io/v1";
const DEFINITION = { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" };
const AT_ONCE = 8;
const LOOK_AGAIN_MS = 100;

/** This program's own definitions of the kinds that it plays. */
export function ownDefinitions(): readonly JsonObject[] {
  return DIALECTS.flatMap(({ definitions }) => definitions);
}

/** Of some objects the definitions, each object's id without a namespace. */
export function definitionsAmong(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests
    .filter(({ id }) => id.group === DEFINITION.group && id.kind === DEFINITION.kind)
    .map((manifest) => ({ ...manifest, id: { ...manifest.id, namespace: "" } }));
}

/**
 * Installs CustomResourceDefinitions and waits until the server serves their kinds. Own ones never replace those that are installed:
 * these may be a controller's, and know more.
 * @throws UNHEALTHY where the server does not accept one, TIMED_OUT, and what it answers to an apply.
 */
export async function installDefinitions(
  request: InstallRequest,
  ports: AskingPorts,
  context: RunContext,
): Promise<readonly InstalledDefinition[]> {
  const wanted = request.definitions ?? ownDefinitions().map(ownManifest);
  const deadline = startDeadline(request.timeoutMs, ports.clock);
  try {
    const installed = await mapBounded(wanted, AT_ONCE, (manifest) => installOne(manifest, request, ports, context));
    const written = wanted.filter((_, index) => !request.dryRun && installed[index]?.result !== "left");
    await mapBounded(written, AT_ONCE, (manifest) => awaitServed(manifest, ports, deadline, context));
    return installed;
  } finally {
    deadline.cancel();
  }
}

function ownManifest(object: JsonObject): Manifest {
  const id = { ...DEFINITION, namespace: "", name: stringAt(object, "metadata", "name") };
  return { id, apiVersion: API_VERSION, object, origin: { file: "" } };
}

async function installOne(
  manifest: Manifest,
  { definitions, dryRun }: InstallRequest,
  { cluster, objects }: AskingPorts,
  context: RunContext,
): Promise<InstalledDefinition> {
  const { id } = manifest;
  const live = await cluster.get(id, context);
  if (live !== undefined && definitions === undefined) return { id, result: "left" };
  const options = { fieldManager: ASKING_MANAGER, signal: context.signal };
  const stored = dryRun
    ? await cluster.dryRunApply(manifest, { ...options, force: true, strict: true })
    : await objects.apply(manifest, options);
  const result = live === undefined ? "created" : isChanged(manifest, live, stored) ? "configured" : "unchanged";
  context.emit({ type: "object.applied", id, action: result, ...(dryRun ? { dryRun } : {}) });
  return { id, result };
}

function isChanged(manifest: Manifest, live: JsonObject, after: JsonObject): boolean {
  const options = { fieldManager: ASKING_MANAGER, migrate: false, schema: undefined };
  return compareObject(manifest, { live, predicted: after }, options).action !== "none";
}

/** An established kind is in the discovery a moment later, and its storage a moment after that: until then the server answers 429. */
async function awaitServed(
  { id, object }: Manifest,
  { cluster, clock }: AskingPorts,
  deadline: Deadline,
  context: RunContext,
): Promise<void> {
  const found = new AbortController();
  const signal = AbortSignal.any([context.signal, deadline.signal, found.signal]);
  let reason = "the API server has not looked at it yet";
  for await (const event of cluster.watch({ ...DEFINITION, name: id.name }, { signal })) {
    const [live] = event.type === "listed" ? event.objects : event.type === "changed" ? [event.object] : [];
    if (live === undefined) continue;
    const { status, message } = assessHealth(live);
    reason = message;
    if (status === "Degraded") throw refusal("UNHEALTHY", id, message);
    if (status === "Healthy") found.abort();
  }
  context.signal.throwIfAborted();
  const kind = { group: stringAt(object, "spec", "group"), kind: stringAt(object, "spec", "names", "kind") };
  while (!deadline.signal.aborted && found.signal.aborted) {
    if ((await cluster.discover({ ...context, refresh: true })).find(kind) !== undefined) {
      await cluster.get({ ...kind, namespace: "default", name: "is-it-served" }, context);
      return;
    }
    reason = "the API server does not list its kind yet";
    await clock.sleep(LOOK_AGAIN_MS, context.signal);
  }
  throw refusal("TIMED_OUT", id, reason);
}

function refusal(code: "UNHEALTHY" | "TIMED_OUT", id: ResourceId, reason: string): GitOpsError {
  return new GitOpsError(code, `the CustomResourceDefinition ${id.name} is not served: ${reason}`, {
    hint: `kubectl describe crd ${id.name}`,
    data: { object: `customresourcedefinition/${id.name}`, ...(code === "TIMED_OUT" ? { retryable: true } : {}) },
  });
}

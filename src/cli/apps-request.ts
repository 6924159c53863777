import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import {
  findAnyDelivery,
  findSpokenKind,
  GitOpsError,
  readDeclared,
  sortDeclared,
  type AppReaderPorts,
  type AppsOptions,
  type AppsRequest,
  type DeliveryRef,
  type Manifest,
  type ReaderPorts,
  type ResourceId,
  type RunContext,
} from "../engine/index.ts";
import type { ReadSession } from "./command.ts";
import type { AppInput, BuildInput, PolicyInput } from "./commands/delivery-options.ts";
import { buildSettings } from "./delivery-request.ts";
import { parseDeliveryName } from "./delivery-name.ts";
import { UsageError } from "./usage-error.ts";

type AppsInput = AppInput &
  BuildInput &
  Omit<PolicyInput, "prune" | "force"> & { readonly wait: boolean; readonly timeout: number | undefined };

/** What `[KIND/]NAME` means for a command that works on bare deliveries and on apps alike. */
export type NamedDelivery = { readonly type: "bare"; readonly ref: DeliveryRef } | { readonly type: "app"; readonly id: ResourceId };

/**
 * Finds what a name means: a bare delivery, or an app of a dialect in the cluster. Throws DELIVERY_NOT_FOUND, AMBIGUOUS_NAME, and
 * UsageError for a kind that is none or that no process can deliver.
 */
export async function namedDelivery(
  text: string,
  session: ReadSession,
  ports: Pick<ReaderPorts, "cluster" | "deliveries">,
  context: RunContext,
): Promise<NamedDelivery> {
  const slash = text.indexOf("/");
  const word = slash < 0 ? "" : text.slice(0, slash);
  const spoken = word === "" || word === "set" ? undefined : findSpokenKind(word);
  if (word !== "" && word !== "set" && spoken === undefined)
    throw new UsageError(`unknown kind of delivery ${JSON.stringify(word)}`, "write NAME, set/NAME or ks/NAME");
  if (spoken !== undefined && spoken.kind.role !== "app")
    throw new UsageError(`${spoken.kind.kind} is a source and delivers nothing`, "name what builds from it, or gitops reconcile source");
  const scope = { namespace: session.globals.namespace, defaultNamespace: await session.namespace() };
  if (word === "set")
    return { type: "bare", ref: { dialect: "bare", namespace: scope.namespace ?? scope.defaultNamespace, name: parseDeliveryName(text) } };
  const found = await findAnyDelivery(slash < 0 ? text : text.slice(slash + 1), spoken, scope, ports, context);
  return found.type === "bare" ? found : { type: "app", id: found.found.view.id };
}

/** How apps are delivered, by the flags. */
export async function appsOptions(input: AppsInput, session: ReadSession): Promise<AppsOptions> {
  const { forceConflicts, preflight, createNamespace, allowEmpty, allowMassPrune, confirmPrune } = input;
  return {
    build: buildSettings(input),
    policy: { forceConflicts, preflight, createNamespace, allowEmpty, allowMassPrune, confirmPrune },
    wait: input.wait,
    timeoutMs: input.timeout,
    takeover: input.takeover,
    crossNamespace: input.crossNamespaceRefs,
    strictVariables: input.strictSubstitute,
    expectCluster: await session.expectedCluster(),
    instead: undefined,
  };
}

/** One app of the cluster, from another ref of its source or from a local folder where that was asked for. Throws UsageError for both. */
export async function namedApp(
  id: ResourceId,
  input: AppsInput & { readonly ref: string | undefined; readonly path: string | undefined },
  session: ReadSession,
): Promise<AppsRequest> {
  const { ref, path } = input;
  if (ref !== undefined && path !== undefined)
    throw new UsageError(
      "--ref and --path exclude each other for a Kustomization",
      "--path names a local folder, --ref another ref of its source",
    );
  const options = await appsOptions(input, session);
  if (ref !== undefined) return { declared: [], named: [id], options: { ...options, instead: { app: id, ref } } };
  if (path === undefined) return { declared: [], named: [id], options };
  const files = { type: "directory", path: (await located(path)).folder } as const;
  return { declared: [], named: [id], options: { ...options, instead: { app: id, files } } };
}

/**
 * The apps and sources that files declare. What is neither is told and left alone: it belongs to no delivery.
 * Throws what building throws, and DELIVERY_NOT_FOUND where the files declare no app.
 */
export async function declaredApps(
  input: AppsInput,
  session: ReadSession,
  ports: Pick<AppReaderPorts, "fetcher" | "clock" | "surroundings">,
  context: RunContext,
): Promise<Pick<AppsRequest, "declared" | "named">> {
  const quiet: RunContext = { ...context, emit: (event) => (event.type === "warning" ? context.emit(event) : undefined) };
  const manifests: Manifest[] = [];
  for (const path of input.filename) {
    const { folder, file } = await located(path);
    manifests.push(...(await readDeclared({ type: "directory", path: folder }, file, buildSettings(input), ports, quiet)));
  }
  const namespace = await session.namespace();
  const { apps, sources, foreign, others } = sortDeclared(manifests.map((manifest) => inNamespace(manifest, namespace)));
  if (apps.length === 0) {
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no Kustomization is declared in ${input.filename.join(", ")}`, {
      hint: "-f names files of Flux objects; gitops sync NAME DIRECTORY delivers plain manifests",
    });
  }
  const left = others.length + foreign.length;
  if (left > 0) {
    context.emit({
      type: "warning",
      message: `${left === 1 ? "1 other object of these files is" : `${String(left)} other objects of these files are`} left alone: these are for apps to deliver`,
    });
  }
  return { declared: [...sources, ...apps], named: [] };
}

function inNamespace(manifest: Manifest, namespace: string): Manifest {
  if (manifest.id.namespace !== "") return manifest;
  const { metadata } = manifest.object;
  const placed = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? { ...metadata, namespace } : { namespace };
  return { ...manifest, id: { ...manifest.id, namespace }, object: { ...manifest.object, metadata: placed } };
}

/** The folder of a path, and the file in it where the path is no folder itself. Throws PATH_NOT_FOUND. */
export async function located(path: string): Promise<{ readonly folder: string; readonly file: string }> {
  const absolute = resolve(path);
  try {
    const isFolder = (await stat(absolute)).isDirectory();
    return isFolder ? { folder: absolute, file: "" } : { folder: dirname(absolute), file: basename(absolute) };
  } catch (cause) {
    throw new GitOpsError("PATH_NOT_FOUND", `there is no file or folder ${path}`, {
      hint: "name a file, or a folder of files",
      data: { path },
      cause,
    });
  }
}

/** Whether a source is named on the command line: then the delivery is a bare one. */
export function namesSource(input: { readonly directory: string | undefined; readonly repo: string | undefined }): boolean {
  return input.directory !== undefined || input.repo !== undefined;
}

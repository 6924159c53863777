import { idOf } from "../model/metadata.ts";
import { beyondLimit } from "../model/limit.ts";
import { stringAt } from "../model/json.ts";
import type { Manifest, Origin } from "../model/manifest.ts";
import { formatResourceId, resourceKey } from "../model/resource-id.ts";
import { fileFailure } from "../yaml/failure.ts";
import type { BuildOptions } from "./build-options.ts";
import type { BuiltObject } from "./built-object.ts";
import { noProblems } from "./problems.ts";
import { refuseEncrypted } from "./refuse-encrypted.ts";

/** Built objects with what names them. Throws BUILD_FAILED for two of one name, UNSUPPORTED_CONTENT, LIMIT_EXCEEDED. */
export function manifestsOf(
  objects: readonly BuiltObject[],
  { budget, keepsEncrypted }: Pick<BuildOptions, "budget" | "keepsEncrypted">,
): readonly Manifest[] {
  if (objects.length > budget.documents) {
    throw beyondLimit("documents", `more than ${budget.documents} objects in the build`);
  }
  const problems = noProblems();
  const seen = new Map<string, Origin>();
  const manifests: Manifest[] = [];
  for (const built of objects) {
    problems.collect(() => {
      if (keepsEncrypted !== true) refuseEncrypted(built.object, built.origin);
      const manifest = manifestOf(built);
      refuseDuplicate(manifest, `${resourceKey(manifest.id)}\0${manifest.apiVersion}`, seen);
      manifests.push(manifest);
    });
  }
  problems.throwAny();
  return manifests;
}

function manifestOf({ object, origin, touches }: BuiltObject): Manifest {
  const apiVersion = stringAt(object, "apiVersion");
  const id = idOf(object);
  return { id, apiVersion, object, origin, ...(touches === undefined ? {} : { touches }) };
}

/** Remembers an object; throws BUILD_FAILED where it was there. An object without a name (a hook with generateName) is another one each time. */
export function refuseDuplicate(manifest: Manifest, key: string, seen: Map<string, Origin>): void {
  if (manifest.id.name === "") return;
  const first = seen.get(key);
  if (first === undefined) {
    seen.set(key, manifest.origin);
    return;
  }
  const where = manifest.id.namespace === "" ? "" : ` in namespace ${manifest.id.namespace}`;
  const message = `${formatResourceId(manifest.id)}${where} is declared twice, first at ${placeOf(first)}`;
  throw fileFailure("BUILD_FAILED", { severity: "error", ...manifest.origin, message, hint: "remove or rename one of the two" });
}

function placeOf({ file, line }: Origin): string {
  return line === undefined ? file : `${file}:${line}`;
}

import type { IgnoredFields } from "../model/app.ts";
import { GitOpsError } from "../model/errors.ts";
import { objectAt } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { versionOf } from "../model/resource-id.ts";
import { whenLoaded } from "./kustomize/not-loaded.ts";
import { compileWholePattern, type Pattern } from "./kustomize/regular-expression.ts";
import { parseLabelSelector, type LabelMatcher } from "./kustomize/resources/label-selector.ts";

/**
 * Compiles what chooses objects by regular expressions (RE2, anchored at both ends) and selectors; "" matches all.
 * Throws INVALID_MANIFEST naming the field.
 */
export function compileObjectSelector(target: IgnoredFields["target"], path: string): Promise<(manifest: Manifest) => boolean> {
  return whenLoaded(() => {
    const { group, version, kind, name, namespace } = {
      group: pattern(target.group, `${path}.group`),
      version: pattern(target.version, `${path}.version`),
      kind: pattern(target.kind, `${path}.kind`),
      name: pattern(target.name, `${path}.name`),
      namespace: pattern(target.namespace, `${path}.namespace`),
    };
    const labels = selector(target.labelSelector, `${path}.labelSelector`);
    const annotations = selector(target.annotationSelector, `${path}.annotationSelector`);
    return ({ id, apiVersion, object }) =>
      group.test(id.group) &&
      version.test(versionOf(apiVersion)) &&
      kind.test(id.kind) &&
      name.test(id.name) &&
      namespace.test(id.namespace) &&
      labels(textsOf(object, "labels")) &&
      annotations(textsOf(object, "annotations"));
  });
}

function pattern(text: string, path: string): Pattern {
  if (text === "") return { test: () => true };
  const compiled = compileWholePattern(text);
  if (compiled !== undefined) return compiled;
  throw new GitOpsError("INVALID_MANIFEST", `${path} is no regular expression of RE2`, {
    hint: "look-around and back references are not in RE2",
    data: { field: path },
  });
}

function selector(text: string, path: string): LabelMatcher {
  if (text === "") return () => true;
  const compiled = parseLabelSelector(text);
  if (compiled !== undefined) return compiled;
  throw new GitOpsError("INVALID_MANIFEST", `${path} is no selector`, {
    hint: "write it as kubectl's -l: app=web,tier!=cache",
    data: { field: path },
  });
}

function textsOf(object: Manifest["object"], field: "labels" | "annotations"): ReadonlyMap<string, string> {
  return new Map(Object.entries(objectAt(object, "metadata", field)).map(([key, value]) => [key, String(value)]));
}

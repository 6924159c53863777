import type { Selector } from "../decode/kustomization.ts";
import { below, buildFailure, type Spot } from "../fail.ts";
import { compileWholePattern, type Pattern } from "../regular-expression.ts";
import type { ResourceName } from "./identity.ts";
import { type LabelMatcher, parseLabelSelector } from "./label-selector.ts";
import type { Resource } from "./resource.ts";

/** A selector whose regular expressions are compiled: anchored at both ends, empty ones match anything. */
export interface CompiledSelector {
  matchesKind(id: Pick<ResourceName, "group" | "version" | "kind">): boolean;
  matchesName(name: string): boolean;
  matchesNamespace(namespace: string): boolean;
  /** Labels and annotations. */
  matchesMetadata(resource: Resource): boolean;
  readonly selector: Selector;
}

const always: Pattern = { test: () => true };

/** Compiles a selector. Throws BUILD_FAILED naming the field whose pattern RE2 refuses. `path` is what messages call the selector. */
export function compileSelector(spot: Spot, path: string, selector: Selector): CompiledSelector {
  const pattern = (field: "group" | "version" | "kind" | "name" | "namespace"): Pattern => {
    const source = selector[field];
    if (source === undefined || source === "") return always;
    const compiled = compileWholePattern(source);
    if (compiled === undefined)
      throw buildFailure(
        below(spot, field),
        `${path}.${field} is no regular expression of RE2`,
        "look-around and back references are not in RE2",
      );
    return compiled;
  };
  const [group, version, kind, name, namespace] = [
    pattern("group"),
    pattern("version"),
    pattern("kind"),
    pattern("name"),
    pattern("namespace"),
  ];
  const labels = labelMatcher(below(spot, "labelSelector"), `${path}.labelSelector`, selector.labelSelector);
  const annotations = labelMatcher(below(spot, "annotationSelector"), `${path}.annotationSelector`, selector.annotationSelector);
  return {
    selector,
    matchesKind: (id) => group.test(id.group) && version.test(id.version) && kind.test(id.kind),
    matchesName: (text) => name.test(text),
    matchesNamespace: (text) => namespace.test(text),
    matchesMetadata: (resource) =>
      (labels === undefined || labels(resource.metadataTexts("labels"))) &&
      (annotations === undefined || annotations(resource.metadataTexts("annotations"))),
  };
}

function labelMatcher(spot: Spot, path: string, text: string | undefined): LabelMatcher | undefined {
  if (text === undefined || text === "") return undefined;
  const matcher = parseLabelSelector(text);
  if (matcher === undefined) throw buildFailure(spot, `${path} is no selector`, "write it as kubectl's -l: app=web,tier!=cache");
  return matcher;
}

/** The resources that a patch's target means: by the original or the current name and namespace, and the current kind. */
export function selectResources(resources: readonly Resource[], selector: CompiledSelector): readonly Resource[] {
  return resources.filter(
    (resource) =>
      !resource.deleted &&
      (selector.matchesNamespace(resource.originalNamespace) || selector.matchesNamespace(resource.effectiveNamespace)) &&
      (selector.matchesName(resource.originalId.name) || selector.matchesName(resource.name)) &&
      selector.matchesKind(resource.gvk) &&
      selector.matchesMetadata(resource),
  );
}

import type { JsonValue } from "../../../model/json.ts";
import { resolvePlain } from "../../../yaml/scalar.ts";
import { isUntyped, keepsQuotes, rememberType, typeBehind } from "../../../yaml/source-text.ts";
import type { FieldOptions, Replacement, ReplacementSource, ReplacementTarget, Selector } from "../decode/kustomization.ts";
import { below, buildFailure, type Spot } from "../fail.ts";
import { lookUp } from "../field-specs/look-up.ts";
import { splitFieldPath } from "../field-specs/split-path.ts";
import { writeSlot, writeUntyped } from "../resources/joined-scalars.ts";
import { effectiveNamespace, formatId, isSelected, type ResourceName } from "../resources/identity.ts";
import { meantName, missHint } from "../resources/near-miss.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { isOfType } from "../resources/misfits.ts";
import type { Resource } from "../resources/resource.ts";
import { cloneValue, slotText, slotValue } from "../resources/scalar.ts";
import { checkPathLength, checkSize } from "../resources/size-limit.ts";
import { type CompiledSelector, compileSelector } from "../resources/selector.ts";
import { type StepContext, warnOfTypo } from "../steps/step.ts";
import { type Leaf, type MatchedSlot, matchPath, PathMismatch } from "./match-path.ts";
import { readStructured, setInsideText } from "./structured-text.ts";

/** What is copied. A value given as text has no type: where it replaces more than a scalar, YAML decides. */
interface Copied {
  /** Read anew for each target: one that writes to the source itself changes what the next ones get. */
  readonly value: () => JsonValue;
  /** As it was written; "" for maps and lists. */
  readonly text: () => string;
  readonly isPlain: boolean;
}

/** A replacement, where it stands, and what messages call it. */
export interface ReadReplacement {
  readonly replacement: Replacement;
  readonly spot: Spot;
  readonly label: string;
}

/** Copies values between resources, in order (api/filters/replacement). Throws BUILD_FAILED. */
export function transformReplacements(context: StepContext, resources: ResourceMap, replacements: readonly ReadReplacement[]): void {
  for (const read of replacements) new Replacer(context, resources, read).replace(read.replacement);
  if (replacements.length > 0) resources.renamed();
}

class Replacer {
  readonly #context: StepContext;
  readonly #resources: ResourceMap;
  readonly #spot: Spot;
  readonly #label: string;

  constructor(context: StepContext, resources: ResourceMap, { spot, label }: ReadReplacement) {
    this.#context = context;
    this.#resources = resources;
    this.#spot = spot;
    this.#label = label;
  }

  replace({ source, sourceValue, targets }: Replacement): void {
    if ((source === undefined && sourceValue === undefined) || targets === undefined) {
      throw this.#fail("", "must specify a source and at least one target");
    }
    if (source !== undefined && sourceValue !== undefined) throw this.#fail("sourceValue", "source and sourceValue are mutually exclusive");
    const copied = source === undefined ? textOnly(sourceValue ?? "") : this.#valueOf(source);
    targets.forEach((target, index) => this.#copyTo(target, `targets[${index}]`, copied));
  }

  #valueOf(source: ReplacementSource): Copied {
    const resource = this.#sourceResource(source);
    const path = source.fieldPath === undefined || source.fieldPath === "" ? "metadata.name" : source.fieldPath;
    const found = lookUp(resource.object, splitFieldPath(path));
    if (!found.ok) throw this.#fail("source.fieldPath", `source.fieldPath ${JSON.stringify(path)}: ${found.why}`);
    if (isNothing(found.value))
      throw this.#fail("source.fieldPath", `fieldPath \`${path}\` is missing for replacement source ${formatId(resource.id)}`);
    const { delimiter = "", index = 0 } = source.options ?? {};
    const { value, slot } = found;
    if (slot === undefined) return { value: () => value, text: () => "", isPlain: false };
    const text = () => slotText(slot.container, slot.key);
    if (delimiter === "") return { value: () => slotValue(slot) ?? null, text, isPlain: false };
    if (typeof found.value === "object")
      throw this.#fail("source.options.delimiter", "source: delimiter option can only be used with scalar nodes");
    const part = text().split(delimiter)[index];
    if (part === undefined) throw this.#fail("source.options.index", `source.options.index ${index} is out of bounds for the value`);
    return { ...textOnly(part), isPlain: typeof value !== "string" };
  }

  #sourceResource(source: ReplacementSource): Resource {
    const { name = "", namespace = "" } = source;
    const isMeant = (id: ResourceName) =>
      (name === "" || name === id.name) &&
      (namespace === "" || effectiveNamespace(namespace, false) === effectiveNamespace(id.namespace, false)) &&
      isSelected(id, kindOf(source));
    const [found, another] = this.#resources.all.filter((resource) => [resource.id, ...resource.previousIds].some(isMeant));
    const wanted = formatId({ ...kindOf(source), name, namespace });
    if (found === undefined)
      throw this.#fail("source", `nothing selected by ${wanted}`, meantName(this.#resources.all, { kind: source.kind ?? "", name }));
    if (another !== undefined) throw this.#fail("source", `multiple matches for selector ${wanted}`);
    return found;
  }

  #copyTo(target: ReplacementTarget, label: string, copied: Copied): void {
    if (target.select === undefined) throw this.#fail(label, `${label} must specify resources to select`);
    const select = this.#selector(`${label}.select`, target.select);
    const reject = (target.reject ?? []).map((one, index) => this.#selector(`${label}.reject[${index}]`, one));
    let found = false;
    for (const resource of this.#resources.all) {
      const ids = [resource.id, ...resource.previousIds];
      if (!select.matchesMetadata(resource) || reject.some((one) => rejects(one, resource, ids))) continue;
      if (!ids.some((id) => matchesId(select, id))) continue;
      found = true;
      pathsOf(target).forEach((path, index) =>
        this.#copyToField(resource, { path, at: `${label}.fieldPaths[${index}]` }, copied, target.options ?? {}),
      );
      resource.misfit = (path) =>
        this.#fail(label, `a text was put into ${path}, which holds another type`, "quote the field's value where it stands");
    }
    if (found) return;
    const spot = below(this.#spot, `${label}.select`);
    const what = reject.length === 0 ? "the target matches no resource" : "the target matches no resource that it does not reject";
    warnOfTypo(this.#context, spot, `${this.#label}: ${label}: ${what}`, missHint(this.#resources.all, select));
  }

  #selector(path: string, selector: Selector): CompiledSelector {
    return compileSelector(below(this.#spot, path), `${this.#label}.${path}`, selector);
  }

  #copyToField(resource: Resource, { path, at }: TargetPath, copied: Copied, options: FieldOptions): void {
    const steps = splitFieldPath(path);
    checkPathLength(steps);
    const create = options.create === true ? leafOf(copied.value()) : undefined;
    const set = (slot: MatchedSlot) => this.#setField(slot, at, copied, options);
    if (setInsideText(resource.object, steps, create, set)) return;
    const complain = (why: string) =>
      this.#fail(
        at,
        `unable to find ${create === undefined ? "" : "or create "}field ${JSON.stringify(path)} in replacement target ${formatId(resource.id)}${why}`,
      );
    const slots = this.#slots(resource, steps, create, complain);
    if (slots.length === 0) throw complain("");
    for (const slot of slots) if (slot.isDetached !== true) set(slot);
    if (typeof copied.value() === "object") checkSize(resource.object);
  }

  #slots(resource: Resource, steps: readonly string[], create: Leaf | undefined, complain: (why: string) => Error): readonly MatchedSlot[] {
    try {
      return matchPath(resource.object, steps, create, readStructured);
    } catch (error) {
      if (error instanceof PathMismatch) throw complain(`: ${error.message}`);
      throw error;
    }
  }

  #setField(slot: MatchedSlot, at: string, { value, text: textOf, isPlain }: Copied, { delimiter = "", index = 0 }: FieldOptions): void {
    const before = slotValue(slot) ?? null;
    const isScalar = typeof before !== "object" || before === null;
    let text = textOf();
    if (delimiter !== "") {
      if (!isScalar) throw this.#fail(at, "delimiter option can only be used with scalar nodes");
      text = insertPart(slotText(slot.container, slot.key), delimiter, index, text);
    }
    if (!isScalar && !isPlain) writeSlot(slot, cloneValue(value()));
    else if (!isScalar || slot.isNew === true || isUntyped(slot.container, slot.key)) {
      writeUntyped(slot, text);
    } else retype(slot, before, text);
  }

  /** @param path of the field at fault, below the replacement. */
  #fail(path: string, message: string, hint?: string): Error {
    return buildFailure(path === "" ? this.#spot : below(this.#spot, path), `${this.#label}: ${message}`, hint);
  }
}

/** An entry of `fieldPaths`, and where it stands. */
interface TargetPath {
  readonly path: string;
  readonly at: string;
}

function textOnly(text: string): Copied {
  return { value: () => text, text: () => text, isPlain: true };
}

/** A text in the place of a scalar: the scalar keeps its type. One that the text is not of fails when it is printed, if it is still there. */
function retype(slot: MatchedSlot, before: JsonValue, text: string): void {
  const scalar = typeBehind(slot.container, slot.key) ?? before;
  if (typeof scalar === "string") return writeSlot(slot, text);
  const value = resolvePlain(text, "resource");
  const isInQuotes = keepsQuotes(slot.container, slot.key);
  if (isOfType(scalar, value) && !isInQuotes) return writeSlot(slot, value);
  writeSlot(slot, text);
  rememberType(slot.container, slot.key, text, scalar, isInQuotes);
}

function isNothing(value: JsonValue | undefined): value is undefined | null {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function kindOf({ group = "", version = "", kind = "" }: ReplacementSource): { group: string; version: string; kind: string } {
  return { group, version, kind };
}

function matchesId(selector: CompiledSelector, id: ResourceName): boolean {
  return selector.matchesKind(id) && selector.matchesName(id.name) && selector.matchesNamespace(id.namespace);
}

function rejects(reject: CompiledSelector, resource: Resource, ids: readonly ResourceName[]): boolean {
  const { labelSelector = "", annotationSelector = "", group, version, kind, name, namespace } = reject.selector;
  if ((labelSelector !== "" || annotationSelector !== "") && reject.matchesMetadata(resource)) return true;
  const hasId = [group, version, kind, name, namespace].some((part) => part !== undefined && part !== "");
  return hasId && ids.some((id) => matchesId(reject, id));
}

function pathsOf({ fieldPaths = [] }: ReplacementTarget): readonly string[] {
  return fieldPaths.length === 0 ? ["metadata.name"] : fieldPaths;
}

function leafOf(value: JsonValue): Leaf {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" && value !== null ? "map" : "scalar";
}

/** Puts a part between delimiters: before all with a negative index, behind all with one past the end. */
function insertPart(text: string, delimiter: string, index: number, part: string): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(part);
  else if (index >= parts.length) parts.push(part);
  else parts[index] = part;
  return parts.join(delimiter);
}

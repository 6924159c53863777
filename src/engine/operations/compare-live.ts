import { compareObject, isUnchanged, type CompareOptions, withoutIgnoredFields, withoutScaledFields } from "../compare/index.ts";
import type { Conventions } from "../model/conventions.ts";
import type { ApplyChange } from "../model/change.ts";
import { GitOpsError } from "../model/errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { resourceKey } from "../model/resource-id.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import { refusedObjects, type Refusal } from "./refused-objects.ts";
import type { RunContext } from "./request.ts";
import type { SchemaOf } from "./schemas.ts";

/** What comparing is given beside the objects. */
export interface ComparisonInput {
  readonly desired: readonly Manifest[];
  /** Live objects by resourceKey. */
  readonly live: ReadonlyMap<string, JsonObject>;
  /** Objects whose dry-run waits for an earlier step, by resourceKey. */
  readonly deferred: ReadonlyMap<string, string>;
  readonly conventions: Conventions;
  /** JSON pointers of fields that are left as the cluster has them. */
  readonly ignoredOf: (manifest: Manifest) => readonly string[];
  readonly schemaOf: SchemaOf;
  /** Off: objects that differ are not dry-run. */
  readonly preflight: boolean;
  readonly forceConflicts: boolean;
}

/** What comparing found. */
export interface Comparison {
  /** In the order of `desired`. */
  readonly changes: readonly ApplyChange[];
  /** Objects that the server refused because a field is immutable, with the fields; by resourceKey. */
  readonly immutable: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

/**
 * Decides for each object what applying it would change. Equal ones cost no request; the others are dry-run.
 * @throws one error for all the objects that the server refuses; `data.objects` lists them.
 */
export async function compareLive(input: ComparisonInput, cluster: ClusterReader, context: RunContext): Promise<Comparison> {
  const { fieldManager } = input.conventions;
  const immutable = new Map<string, readonly string[]>();
  const refusals: Refusal[] = [];
  const warnings: string[] = [];
  const changes = await mapBounded(input.desired, REQUESTS_AT_ONCE, async (wanted): Promise<ApplyChange> => {
    const key = resourceKey(wanted.id);
    const live = input.live.get(key);
    const schema = input.schemaOf(wanted);
    const { manifest: unscaled, warnings: scaled } = withoutScaledFields(wanted, live);
    warnings.push(...scaled);
    const ignored = input.ignoredOf(wanted);
    const manifest =
      live === undefined || ignored.length === 0 ? unscaled : withoutIgnoredFields(unscaled, live, ignored, { fieldManager, schema });
    const { validate, migrate } = input.conventions.optionsOf(manifest);
    const options = { fieldManager, migrate, schema };
    if (live !== undefined && isUnchanged(manifest, live, schema, options))
      return { action: "none", id: manifest.id, desired: manifest, live };
    const isDeferred = input.deferred.has(key);
    if (!input.preflight || isDeferred) return unverified(manifest, live, options);
    try {
      const predicted = await cluster.dryRunApply(manifest, {
        fieldManager,
        force: input.forceConflicts,
        strict: validate,
        signal: context.signal,
      });
      return asReplaced(compareObject(manifest, { live, predicted }, options), input.conventions);
    } catch (error) {
      if (!(error instanceof GitOpsError) || context.signal.aborted || !isVerdict(error)) throw error;
      if (error.code === "IMMUTABLE_FIELD" && live !== undefined) {
        const fields = error.data["fields"];
        immutable.set(key, Array.isArray(fields) ? fields.map(String) : []);
      }
      refusals.push({ manifest, error });
      return unverified(manifest, live, options);
    }
  });
  const fatal = refusals.filter(({ manifest }) => !immutable.has(resourceKey(manifest.id)));
  if (fatal.length > 0) throw refusedObjects(fatal);
  return { changes, immutable, warnings };

  function unverified(manifest: Manifest, live: JsonObject | undefined, options: CompareOptions): ApplyChange {
    return asReplaced(compareObject(manifest, { live, predicted: undefined }, options), input.conventions);
  }
}

/** Who owns which field means nothing where the whole object is replaced (`Replace=true`): a PUT never makes the entry that an apply would. */
function asReplaced(change: ApplyChange, conventions: Conventions): ApplyChange {
  if (change.action !== "configure" || change.fields.length > 0 || !conventions.optionsOf(change.desired).replace) return change;
  const { id, desired, live } = change;
  return { action: "none", id, desired, live };
}

/** Whether an error is the server's word on this one object, so that the others are still worth asking about. */
function isVerdict(error: GitOpsError): boolean {
  switch (error.code) {
    case "INVALID_MANIFEST":
    case "IMMUTABLE_FIELD":
    case "FIELD_CONFLICT":
    case "NAMESPACE_NOT_FOUND":
    case "UNKNOWN_KIND":
    case "APPLY_REFUSED":
    case "LIMIT_EXCEEDED":
    case "FORBIDDEN":
      return true;
    default:
      return false;
  }
}

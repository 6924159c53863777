import type { ApplyChange, Takeover } from "../model/change.ts";
import { isJsonObject, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { differingFields, withoutBookkeeping } from "./differing-fields.ts";
import { equalValues } from "./equal-values.ts";
import { findMember, hasMember, membersOf } from "./field-paths.ts";
import type { FieldSchema } from "./field-schema.ts";
import { applyEntryOf, isOwnApply, managedEntries } from "./managed-fields.ts";
import { migratableManagers, migratedEntries } from "./migration.ts";
import { ownedFields, sameFields } from "./owned-fields.ts";
import { overlay, withoutReleased } from "./simulate-apply.ts";

/** One object as the server shows it. */
export interface Observed {
  readonly live: JsonObject | undefined;
  /** The dry-run answer; undefined where it was deferred, left out, or refused as immutable. */
  readonly predicted: JsonObject | undefined;
}

/** How objects are compared. */
export interface CompareOptions {
  readonly fieldManager: string;
  /** Whether entries of kubectl and older ones of ours move into our entry; they do where it is left out. */
  readonly migrate?: boolean;
  /** Undefined where the server publishes none: lists are then compared by index. */
  readonly schema: FieldSchema | undefined;
}

/**
 * Decides what applying one manifest would change: the server's dry-run answer against the live object, without status and the
 * server's bookkeeping. Comparing the manifest itself would report every field that the server fills in.
 * Without a dry-run answer the declared fields are laid over the live object instead; then defaults inside lists may show.
 *
 * @returns create, configure or none. A configure without fields changes only who owns fields. Fields are JSON pointers, items of
 * keyed lists matched by key.
 */
export function compareObject(desired: Manifest, observed: Observed, options: CompareOptions): ApplyChange {
  const { id, object } = desired;
  const { live, predicted } = observed;
  if (live === undefined) return { action: "create", id, desired, predicted };
  const { fieldManager, schema } = options;
  const migrate = options.migrate !== false ? migratableManagers(live, fieldManager) : [];
  const ours = managedEntries(live).filter((entry) => isOwnApply(entry, fieldManager));
  const entries = [...ours, ...migratedEntries(live, migrate, fieldManager)];
  const answer = predicted ?? overlay(live, object, schema);
  const after =
    predicted !== undefined && migrate.length === 0 ? answer : withoutReleased(answer, { entries, desired: object, live }, schema);
  const fields = differingFields(withoutBookkeeping(live), withoutBookkeeping(after), schema);
  const ownershipChanges =
    migrate.length > 0 || (predicted === undefined ? !ownsDeclared(live, desired, options) : !ownsTheSame(live, predicted, fieldManager));
  if (fields.length === 0 && !ownershipChanges) return { action: "none", id, desired, live };
  const others = managedEntries(live).filter((entry) => !entries.includes(entry) && stringAt(entry, "subresource") !== "status");
  const takeovers = takenFields(object, { live, after, others }, schema);
  return { action: "configure", id, desired, live, predicted: predicted === undefined ? undefined : after, fields, takeovers, migrate };
}

/** Whether our Apply entry holds the same fields, through the same version, before and after. When it was written does not count. */
function ownsTheSame(live: JsonObject, predicted: JsonObject, fieldManager: string): boolean {
  const before = applyEntryOf(live, fieldManager);
  const after = applyEntryOf(predicted, fieldManager);
  if (before === undefined || after === undefined) return before === after;
  const [old, now] = [valueAt(before, "fieldsV1"), valueAt(after, "fieldsV1")];
  return stringAt(before, "apiVersion") === stringAt(after, "apiVersion") && isJsonObject(old) && isJsonObject(now) && sameFields(old, now);
}

/** Whether our Apply entry holds exactly what Git declares. Without a schema nobody can tell: then it does not. */
function ownsDeclared(live: JsonObject, desired: Manifest, { fieldManager, schema }: CompareOptions): boolean {
  const entry = applyEntryOf(live, fieldManager);
  const owned = entry === undefined ? undefined : valueAt(entry, "fieldsV1");
  if (schema === undefined || !isJsonObject(owned)) return false;
  return stringAt(entry, "apiVersion") === desired.apiVersion && sameFields(ownedFields(desired.object, schema), owned);
}

/** Fields that Git declares, that one of `others` owns, and whose value changes. */
function takenFields(
  desired: JsonObject,
  seen: { readonly live: JsonObject; readonly after: JsonObject; readonly others: readonly JsonObject[] },
  schema: FieldSchema | undefined,
): readonly Takeover[] {
  const declared = schema === undefined ? undefined : ownedFields(desired, schema);
  const taken: Takeover[] = [];
  for (const entry of seen.others) {
    const fields = valueAt(entry, "fieldsV1");
    if (!isJsonObject(fields)) continue;
    for (const path of membersOf(fields)) {
      const isDeclared = declared === undefined ? findMember(desired, path, schema) !== undefined : hasMember(declared, path);
      const before = isDeclared ? findMember(seen.live, path, schema) : undefined;
      if (before === undefined || (isJsonObject(before.value) && hasMembersBelow(fields, path))) continue;
      const after = findMember(seen.after, path, schema);
      if (!equalValues(before.value, after?.value)) taken.push({ manager: stringAt(entry, "manager"), field: before.pointer });
    }
  }
  return taken;
}

/** Whether a member is a node with members of its own: then those tell what changes. */
function hasMembersBelow(fields: JsonObject, path: readonly string[]): boolean {
  const node = valueAt(fields, ...path);
  return isJsonObject(node) && Object.keys(node).length > 0;
}

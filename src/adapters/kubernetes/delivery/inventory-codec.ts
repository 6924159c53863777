import { gunzipSync, gzipSync } from "node:zlib";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { Inventory, InventoryEntry } from "../../../engine/model/inventory.ts";
import type { Source } from "../../../engine/model/source.ts";

/** Above this many bytes of JSON an inventory is stored as base64 of gzip. */
const PLAIN_LIMIT = 256 * 1024;
/** An inflated inventory beyond this is refused: about a million entries. */
const INFLATED_LIMIT = 256 * 1024 * 1024;

/** An inventory as the text of one ConfigMap key. */
export function encodeInventory(inventory: Inventory): string {
  // The API version is what the objects of a dialect record; this record names objects without one.
  const entries = inventory.entries.map(({ group, kind, namespace, name, uid }) => ({ group, kind, namespace, name, uid }));
  const text = JSON.stringify({ ...inventory, entries });
  return text.length <= PLAIN_LIMIT ? text : gzipSync(text).toString("base64");
}

/**
 * Reads what {@link encodeInventory} wrote.
 * @throws INVENTORY_UNREADABLE where it is damaged or written by a newer version; nothing may be pruned by a guess.
 */
export function decodeInventory(text: string, where: string): Inventory {
  let value: unknown;
  try {
    value = JSON.parse(
      text.startsWith("{") ? text : gunzipSync(Buffer.from(text, "base64"), { maxOutputLength: INFLATED_LIMIT }).toString("utf8"),
    );
  } catch {
    throw unreadable(where, "is not JSON");
  }
  if (!isRecord(value)) throw unreadable(where, "is not an object");
  if (value["version"] !== 1) throw unreadable(where, `has version ${String(value["version"])}, this program reads version 1`);
  const { cluster, namespace, revision, source, entries } = value;
  if (typeof cluster !== "string" || typeof namespace !== "string" || typeof revision !== "string")
    throw unreadable(where, "lacks cluster, namespace or revision");
  if (!isSource(source)) throw unreadable(where, "has no valid source");
  if (!Array.isArray(entries) || !entries.every(isEntry))
    throw unreadable(where, "has an entry without group, kind, namespace, name or uid");
  return {
    version: 1,
    cluster,
    source,
    namespace,
    revision,
    ...(value["unfinished"] === true ? { unfinished: true as const } : {}),
    entries,
  };
}

function unreadable(where: string, problem: string): GitOpsError {
  return new GitOpsError("INVENTORY_UNREADABLE", `the inventory in ${where} ${problem}`, {
    hint: "restore the ConfigMap, or delete it and sync again: objects that Git no longer declares must then be removed by hand",
    data: { object: where },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is InventoryEntry {
  return isRecord(value) && ["group", "kind", "namespace", "name", "uid"].every((key) => typeof value[key] === "string");
}

function isSource(value: unknown): value is Source {
  if (!isRecord(value) || typeof value["path"] !== "string") return false;
  if (value["type"] === "directory") return true;
  return value["type"] === "git" && typeof value["url"] === "string" && isRef(value["ref"]);
}

function isRef(value: unknown): boolean {
  if (!isRecord(value)) return false;
  switch (value["type"]) {
    case "default":
      return true;
    case "named":
    case "branch":
    case "tag":
      return typeof value["name"] === "string";
    case "semver":
      return typeof value["range"] === "string";
    case "commit":
      return typeof value["id"] === "string";
    default:
      return false;
  }
}

import type { JsonObject, TreeNode } from "../../engine/index.ts";
import { ageOf } from "./age.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { renderRows } from "./table.ts";

/** How a tree is shown. */
export interface TreeFormat {
  readonly output: "json" | "yaml" | undefined;
  /** Deliveries and sources only. */
  readonly compact: boolean;
  readonly headers: boolean;
  readonly unicode: boolean;
  readonly now: number;
}

/** A tree as people read it: one line for each object, `Kind/namespace/name` behind its branches, and how it does. */
export function renderTree(root: TreeNode, format: TreeFormat): string {
  const shown = format.compact ? compacted(root) : root;
  if (format.output !== undefined) return renderDocument({ apiVersion: DOCUMENT_VERSION, ...document(shown), kind: "Tree" }, format.output);
  const branches = format.unicode ? UNICODE : ASCII;
  const rows = [...lines(shown, "", "", branches)].map(({ node, prefix }) => [
    `${prefix}${nameOf(node)}`,
    node.sync === "Unknown" && !node.isDelivery ? "" : node.sync,
    node.health.status,
    ageOf(node.createdAt, format.now),
    node.health.message,
  ]);
  return renderRows(["OBJECT", "SYNC", "HEALTH", "AGE", "MESSAGE"], rows, format.headers);
}

interface Branches {
  readonly fork: string;
  readonly last: string;
  readonly line: string;
}

const UNICODE: Branches = { fork: "├── ", last: "└── ", line: "│   " };
const ASCII: Branches = { fork: "|-- ", last: "`-- ", line: "|   " };

function* lines(
  node: TreeNode,
  own: string,
  below: string,
  branches: Branches,
): Generator<{ readonly node: TreeNode; readonly prefix: string }> {
  yield { node, prefix: own };
  for (const [index, child] of node.children.entries()) {
    const isLast = index === node.children.length - 1;
    yield* lines(child, below + (isLast ? branches.last : branches.fork), below + (isLast ? "    " : branches.line), branches);
  }
}

function nameOf({ id }: TreeNode): string {
  return [id.kind, ...(id.namespace === "" ? [] : [id.namespace]), id.name].join("/");
}

function compacted(node: TreeNode): TreeNode {
  return { ...node, children: node.children.filter(({ isDelivery }) => isDelivery).map(compacted) };
}

/** The root's own kind is under `object`: a document's `kind` says what document it is. */
function document({ id, version, sync, health, children }: TreeNode): JsonObject {
  return {
    kind: id.kind,
    object: { group: id.group, version, kind: id.kind, namespace: id.namespace, name: id.name },
    sync,
    health: health.status,
    reason: health.reason,
    message: health.message,
    children: children.map(child),
  };
}

function child(node: TreeNode): JsonObject {
  const { kind: _, ...rest } = document(node);
  return rest;
}

import type { ASTNode } from "@marcbachmann/cel-js";

const LITERALS: ReadonlySet<string> = new Set(["value", "list", "map"]);

/** Gives a new call of `dyn` around a literal. */
type Wrap = (literal: ASTNode) => ASTNode;

/**
 * Puts `dyn(…)` around the literals in an expression: the package knows their types and refuses what cannot fit, also in expressions that
 * cel-go only parses, and there `[].all(c, c.type == 'a')` holds.
 */
export function loosen(node: ASTNode, wrap: Wrap): void {
  switch (node.op) {
    case "value":
    case "id":
      return;
    case "!_":
    case "-_":
      return loosen(node.args, wrap);
    case ".":
    case ".?":
      node.args[0] = loosened(node.args[0], wrap);
      return;
    case "call":
      return loosenAll(node.args[1], wrap);
    case "rcall":
      node.args[1] = loosened(node.args[1], wrap);
      return loosenAll(node.args[2], wrap);
    case "map":
      for (const entry of node.args) loosenAll(entry, wrap);
      return;
    default:
      return loosenAll(node.args, wrap);
  }
}

function loosenAll(nodes: ASTNode[], wrap: Wrap): void {
  for (const [at, node] of nodes.entries()) nodes[at] = loosened(node, wrap);
}

function loosened(node: ASTNode, wrap: Wrap): ASTNode {
  loosen(node, wrap);
  return LITERALS.has(node.op) ? wrap(node) : node;
}

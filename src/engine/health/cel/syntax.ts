import type { ASTNode } from "@marcbachmann/cel-js";
import { GitOpsError } from "../../model/errors.ts";
import { isPattern, OWN, REPLACED } from "./functions.ts";

/** Walks over the items of a list or the keys of a map. */
const MACROS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);
/** Give lists that may be as long as the texts are. */
const LISTING: ReadonlySet<string> = new Set([`${OWN}split`]);

/** How much evaluating an expression takes, as far as its text tells. */
export interface ExpressionCost {
  /** For each depth of macros in macros, from 0: operations that cost one step, and those that may visit all of the data. */
  readonly levels: readonly { readonly single: number; readonly whole: number }[];
  /** Lists may be as long as texts. */
  readonly splits: boolean;
  /** The most items of a list or map that the expression writes out. */
  readonly longestLiteral: number;
}

interface Level {
  single: number;
  whole: number;
}

/**
 * Puts our functions in the place of the package's, refuses what Flux does not know, and counts what the evaluation costs.
 * Throws INVALID_EXPRESSION.
 */
export function prepare(root: ASTNode): ExpressionCost {
  const levels: Level[] = [];
  let splits = false;
  let longestLiteral = 1;

  function visit(node: ASTNode, depth: number): void {
    const level = (levels[depth] ??= { single: 0, whole: 0 });
    level.single++;
    if (visitsAll(node)) level.whole++;
    if (node.op === "list" || node.op === "map") longestLiteral = Math.max(longestLiteral, node.args.length);
    if (node.op === "rcall" || node.op === "call") {
      node.args[0] = ownName(node.args[0]);
      if (LISTING.has(node.args[0])) splits = true;
      if (node.args[0] === `${OWN}matches`) checkPattern(childrenOf(node).at(-1));
    }
    if (node.op !== "rcall") {
      for (const child of childrenOf(node)) visit(child, depth);
      return;
    }
    const [name, receiver, operands] = node.args;
    if (name === "format") throw new GitOpsError("INVALID_EXPRESSION", "the function format is not supported here");
    if (receiver.op === "id" && receiver.args === "cel") throw unknownFunction(`cel.${name}`);
    visit(receiver, depth);
    for (const operand of operands) visit(operand, MACROS.has(name) ? depth + 1 : depth);
  }

  visit(root, 0);
  return { levels, splits, longestLiteral };
}

function ownName(name: string): string {
  if (name.startsWith(OWN)) throw unknownFunction(name);
  return REPLACED.has(name) ? OWN + name : name;
}

/** A pattern that is written out is refused before anything is evaluated, as cel-go does. */
function checkPattern(pattern: ASTNode | undefined): void {
  if (pattern?.op !== "value" || typeof pattern.args !== "string" || isPattern(pattern.args)) return;
  throw new GitOpsError("INVALID_EXPRESSION", "a pattern that RE2 does not take", {
    hint: "look-around and back references are no part of RE2",
  });
}

function unknownFunction(name: string): GitOpsError {
  return new GitOpsError("INVALID_EXPRESSION", `no such function: ${name}`);
}

/** Comparing two values that may both be large, and looking for one in a list. */
function visitsAll(node: ASTNode): boolean {
  if (node.op === "in" || node.op === "+") return true;
  return (node.op === "==" || node.op === "!=") && node.args.every(({ op }) => op !== "value");
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "!_":
    case "-_":
      return [node.args];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    default:
      return node.args;
  }
}

import { GitOpsError } from "../../model/errors.ts";

/** `${name OPERATOR operands}`. A bare variable has the operator "". */
interface Expression {
  readonly name: string;
  readonly operator: string;
  readonly operands: readonly TemplatePart[];
}

/** Literal text, or an expression. */
export type TemplatePart = string | Expression;

/** Each level of `${a:=${b:=…}}` is one of our own stack. */
const DEEPEST = 100;
const NAME = /[\p{L}\p{Nd}_]+/uy;
const ESCAPE_HINT = "write $${ for a literal ${, or annotate the object with kustomize.toolkit.fluxcd.io/substitute: disabled";

/** What ends an operand. */
type Ends = (character: string) => boolean;

const atBrace: Ends = (character) => character === "}";
const atSlash: Ends = (character) => character === "/";
const atColonOrBrace: Ends = (character) => character === ":" || character === "}";

interface Scanner {
  readonly text: string;
  at: number;
  depth: number;
}

/**
 * Takes a text apart as github.com/fluxcd/pkg/envsubst v1.7.0 does, its oddities included: `$$` is `$`, and operands have no escapes
 * but in replacements.
 *
 * Throws BUILD_FAILED for an expression that does not parse, with `data.variable` where its name is known; LIMIT_EXCEEDED for too deep ones.
 */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const scanner: Scanner = { text, at: 0, depth: 0 };
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const dollar = text.indexOf("$", scanner.at);
    if (dollar < 0) break;
    const next = text.charAt(dollar + 1);
    if (next === "{") {
      if (dollar > from) parts.push(text.slice(from, dollar));
      scanner.at = dollar + 2;
      parts.push(parseExpression(scanner));
      from = scanner.at;
    } else if (next === "$") {
      parts.push(text.slice(from, dollar + 1));
      from = scanner.at = dollar + 2;
    } else {
      scanner.at = dollar + 1;
    }
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** Stands behind `${`, ends behind `}`. */
function parseExpression(scanner: Scanner): Expression {
  if (++scanner.depth > DEEPEST) throw new GitOpsError("LIMIT_EXCEEDED", `expressions in expressions, more than ${DEEPEST} levels`);
  const expression = parseOpened(scanner);
  if (scanner.text.charAt(scanner.at) !== "}")
    throw bad(expression.name, expression.operator === "" ? "a missing }" : "its end, expected }");
  scanner.at++;
  scanner.depth--;
  return expression;
}

function parseOpened(scanner: Scanner): Expression {
  if (scanner.text.charAt(scanner.at) === "#") {
    scanner.at++;
    return { name: parseName(scanner), operator: "#", operands: [] };
  }
  const name = parseName(scanner);
  switch (scanner.text.charAt(scanner.at)) {
    case ":":
      return /[=?+-]/.test(scanner.text.charAt(scanner.at + 1)) ? parseDefault(scanner, name, 2) : parseSubstring(scanner, name);
    case "=":
      return parseDefault(scanner, name, 1);
    case ",":
    case "^":
      return { name, operator: takeRun(scanner, /[,^]{1,2}/y), operands: [] };
    case "/":
      return parseReplacement(scanner, name);
    case "#":
      return parseRemoval(scanner, name, /#{1,2}/y);
    case "%":
      return parseRemoval(scanner, name, /%{1,2}/y);
    default:
      return { name, operator: "", operands: [] };
  }
}

function parseName(scanner: Scanner): string {
  const name = takeRun(scanner, NAME);
  if (name === "") throw bad("", "its name, which is no letters, digits and underscores");
  return name;
}

/** `:=` and its likes: text and expressions in any number up to the brace. */
function parseDefault(scanner: Scanner, name: string, length: number): Expression {
  const operator = takeLength(scanner, length);
  const operands: TemplatePart[] = [];
  while (scanner.text.charAt(scanner.at) !== "}") operands.push(parseOperand(scanner, name, atBrace, false));
  return { name, operator, operands };
}

/** `:OFFSET` and `:OFFSET:LENGTH`. */
function parseSubstring(scanner: Scanner, name: string): Expression {
  const operator = takeLength(scanner, 1);
  // The original steps back by the width of the wrong character here, and then finds no colon.
  if ((scanner.text.codePointAt(scanner.at) ?? 0) > 0x7f) throw bad(name, "its offset, expected a number");
  const offset = parseOperand(scanner, name, atColonOrBrace, false);
  if (takeRun(scanner, /:+/y) === "") return { name, operator, operands: [offset] };
  return { name, operator, operands: [offset, parseOperand(scanner, name, atBrace, false)] };
}

function parseRemoval(scanner: Scanner, name: string, marks: RegExp): Expression {
  const operator = takeRun(scanner, marks);
  return { name, operator, operands: [parseOperand(scanner, name, atBrace, false)] };
}

/** `/PATTERN/REPLACEMENT`; nothing after the second slash removes the pattern. */
function parseReplacement(scanner: Scanner, name: string): Expression {
  const operator = takeRun(scanner, /\/[/#%]?/y);
  const pattern = parseOperand(scanner, name, atSlash, true);
  if (takeRun(scanner, /\/+/y) === "") throw bad(name, "its replacement, expected a / before it");
  if (scanner.text.charAt(scanner.at) === "}") return { name, operator, operands: [pattern] };
  return { name, operator, operands: [pattern, parseOperand(scanner, name, atBrace, true)] };
}

/** One expression, or text up to the next one. */
function parseOperand(scanner: Scanner, name: string, ends: Ends, hasEscapes: boolean): TemplatePart {
  const { text } = scanner;
  if (text.startsWith("${", scanner.at)) {
    scanner.at += 2;
    return parseExpression(scanner);
  }
  let operand = "";
  const start = scanner.at;
  while (scanner.at < text.length && !text.startsWith("${", scanner.at)) {
    const character = text.charAt(scanner.at);
    if (hasEscapes && isEscape(character, text.charAt(scanner.at + 1))) {
      operand += text.charAt(scanner.at + 1);
      scanner.at += 2;
    } else if (ends(character)) {
      break;
    } else {
      operand += character;
      scanner.at++;
    }
  }
  if (scanner.at === start) throw bad(name, start < text.length ? "an operand that is missing" : "a missing }");
  return operand;
}

function isEscape(first: string, second: string): boolean {
  return first === "$" ? second === "$" : first === "\\" && (second === "/" || second === "\\");
}

function takeRun(scanner: Scanner, sticky: RegExp): string {
  sticky.lastIndex = scanner.at;
  return takeLength(scanner, sticky.exec(scanner.text)?.[0].length ?? 0);
}

function takeLength(scanner: Scanner, length: number): string {
  const taken = scanner.text.slice(scanner.at, scanner.at + length);
  scanner.at += length;
  return taken;
}

function bad(variable: string, what: string): GitOpsError {
  const message = `an expression with ${variable === "" ? "" : `the variable ${variable} `}does not parse: ${what}`;
  return new GitOpsError("BUILD_FAILED", message, { hint: ESCAPE_HINT, data: variable === "" ? {} : { variable } });
}

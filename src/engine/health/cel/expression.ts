import { type ASTNode, Environment, EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { GitOpsError } from "../../model/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import { addFunctions } from "./functions.ts";
import { loosen } from "./loosen.ts";
import { prepare, type ExpressionCost } from "./syntax.ts";

/** What an expression says; a failure where the data lets it say nothing: a missing field, another type, too much work. */
type Outcome = boolean | { readonly failure: string };

/** A CEL expression that is ready to be asked. */
export type Expression = (variables: JsonObject) => Outcome;

const LIMITS = { maxAstNodes: 2_000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };
const LONGEST_EXPRESSION = 16_384;
/** Below a second. */
const MOST_STEPS = 5_000_000;
/** Failures whose words hold names of fields, functions and types only. */
const NAMES_ONLY: ReadonlySet<string> = new Set(["no_such_key", "no_such_overload", "unknown_variable", "no_such_variable"]);
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** Any name may be a variable, and types are checked when values are there, as Flux only parses these expressions. */
const untyped = withFunctions(
  new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits: LIMITS }),
);
/** Only `self` and `dep` are variables, and the result must be known to be a boolean. */
const ofDependency = withFunctions(new Environment({ enableOptionalTypes: true, limits: LIMITS }))
  .registerVariable("self", "map")
  .registerVariable("dep", "map");

/** Throws INVALID_EXPRESSION. */
export function compileExpression(text: string): Expression {
  return compiled(untyped, text, ({ ast }) => loosen(ast, dynamic));
}

/** Throws INVALID_EXPRESSION, also for other variables and for what may be something else than a boolean. */
export function compileDependencyExpression(text: string): Expression {
  return compiled(ofDependency, text, ({ check }) => {
    const { valid, type, error } = check();
    if (!valid) throw invalid(text, error);
    if (type !== "bool")
      throw new GitOpsError("INVALID_EXPRESSION", `an expression gives ${type ?? "no value"}; expected bool`, {
        hint: "compare the value with one",
      });
  });
}

function withFunctions(environment: Environment): Environment {
  addFunctions(environment);
  return environment;
}

type Evaluate = ReturnType<Environment["parse"]>;

function dynamic(literal: ASTNode): ASTNode {
  const { ast } = untyped.parse("dyn(null)");
  if (ast.op === "call") ast.args[1][0] = literal;
  return ast;
}

function compiled(environment: Environment, text: string, accept: (evaluate: Evaluate) => void): Expression {
  if (text.length > LONGEST_EXPRESSION)
    throw new GitOpsError("LIMIT_EXCEEDED", `an expression is longer than ${LONGEST_EXPRESSION} characters`);
  const { evaluate, cost } = parsed(environment, text, accept);
  return (variables) => {
    if (stepsOf(cost, variables) > MOST_STEPS) return { failure: "the expression takes too many steps on so large an object" };
    try {
      const value = evaluate(celObject(variables));
      return typeof value === "boolean" ? value : { failure: "the expression gives no boolean" };
    } catch (error) {
      return { failure: `the expression fails: ${reasonOf(error, text)}` };
    }
  };
}

interface Parsed {
  readonly evaluate: (variables: Record<string, unknown>) => unknown;
  readonly cost: ExpressionCost;
}

function parsed(environment: Environment, text: string, accept: (evaluate: Evaluate) => void): Parsed {
  try {
    const evaluate = environment.parse(text);
    const cost = prepare(evaluate.ast);
    accept(evaluate);
    return { evaluate, cost };
  } catch (error) {
    if (error instanceof GitOpsError) throw error;
    throw invalid(text, error);
  }
}

function invalid(text: string, error: unknown): GitOpsError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const hint = "the syntax is that of https://cel.dev, with optional fields and the extensions for strings, sets and encoders";
  return new GitOpsError("INVALID_EXPRESSION", `${JSON.stringify(shown)} is no valid expression: ${reasonOf(error, text)}`, {
    hint,
    cause: error,
  });
}

const NO_SUCH_KEY = "No such key: ";

/** In one line, and without values of the data: a key that the expression computed may be one. */
function reasonOf(error: unknown, text: string): string {
  if (error instanceof GitOpsError) return error.message;
  if (error instanceof ParseError || error instanceof CelTypeError) return error.summary;
  if (error instanceof EvaluationError) {
    const { code, summary } = error;
    const key = summary.startsWith(NO_SUCH_KEY) ? summary.slice(NO_SUCH_KEY.length) : "";
    return NAMES_ONLY.has(code) && text.includes(key) ? summary : code.replaceAll("_", " ");
  }
  return "a function refuses its arguments";
}

/** Upper bound of what an evaluation visits. */
function stepsOf({ levels, splits, longestLiteral }: ExpressionCost, variables: JsonObject): number {
  const size = measure(variables);
  const longest = Math.max(splits ? size.longestText : 0, size.longestList, longestLiteral);
  return levels.reduce((steps, { single, whole }, depth) => steps + (single + whole * (size.values / 100)) * longest ** depth, 0);
}

interface Size {
  values: number;
  longestList: number;
  longestText: number;
}

function measure(value: JsonValue, size: Size = { values: 0, longestList: 0, longestText: 0 }): Size {
  size.values++;
  if (typeof value === "string") size.longestText = Math.max(size.longestText, value.length);
  const items = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  size.longestList = Math.max(size.longestList, items.length);
  for (const item of items) measure(item, size);
  return size;
}

/** Whole numbers are integers of 64 bits, as in the objects that Flux reads. */
function celValue(value: JsonValue): unknown {
  if (typeof value === "number") return Number.isInteger(value) && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "bigint") return value >= MIN_INT64 && value <= MAX_INT64 ? value : Number(value);
  if (Array.isArray(value)) return value.map(celValue);
  return isJsonObject(value) ? celObject(value) : value;
}

function celObject(object: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, celValue(value)]));
}

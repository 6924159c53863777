import type { HealthExpressions } from "../model/app.ts";
import { GitOpsError } from "../model/errors.ts";
import { stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { groupOf } from "../model/resource-id.ts";
import type { Expression } from "./cel/expression.ts";
import type { Kstatus } from "./kstatus-word.ts";

/** What Flux's words for the state of an object are, and why. */
export interface FluxVerdict {
  readonly status: Kstatus;
  /** One line for people; may be "". */
  readonly message: string;
}

/** The verdict of a delivery's expressions; undefined for an object that none of them is for. */
export type ExpressionJudge = (object: JsonObject) => FluxVerdict | undefined;

interface Evaluator {
  readonly steps: readonly { readonly status: Kstatus; readonly path: string; readonly expression: Expression }[];
}

/**
 * Makes a judge of the `healthCheckExprs` of a Flux Kustomization (RFC 0009, fluxcd/pkg/runtime v0.110.1): an entry without a kind is
 * for all kinds of its group that have none of their own. Not yet seen by its controller is InProgress; then inProgress, failed and
 * current are asked in this order; none of them is InProgress, and one that fails on the object Unknown.
 *
 * Throws INVALID_EXPRESSION naming the entry, as the controller stalls with InvalidCELExpression; LIMIT_EXCEEDED.
 */
export async function compileHealthExpressions(entries: readonly HealthExpressions[]): Promise<ExpressionJudge> {
  if (entries.length === 0) return () => undefined;
  const { compileExpression } = await import("./cel/expression.ts");
  const evaluators = new Map<string, Evaluator>();
  for (const [index, entry] of entries.entries()) {
    const key = `${groupOf(entry.apiVersion)}/${entry.kind}`;
    if (evaluators.has(key)) throw new GitOpsError("INVALID_EXPRESSION", `healthCheckExprs[${index}]: a second entry for ${key}`);
    evaluators.set(key, evaluatorOf(entry, `healthCheckExprs[${index}]`, compileExpression));
  }
  return (object) => {
    const group = groupOf(stringAt(object, "apiVersion"));
    const evaluator = evaluators.get(`${group}/${stringAt(object, "kind")}`) ?? evaluators.get(`${group}/`);
    return evaluator === undefined ? undefined : judge(evaluator, object);
  };
}

function evaluatorOf(entry: HealthExpressions, path: string, compile: (text: string) => Expression): Evaluator {
  if (entry.current === "") throw new GitOpsError("INVALID_EXPRESSION", `${path}.current is missing; expected a CEL expression`);
  const steps = ORDER.filter(([field]) => entry[field] !== "").map(([field, status]) => ({
    status,
    path: `${path}.${field}`,
    expression: at(`${path}.${field}`, () => compile(entry[field])),
  }));
  return { steps };
}

const ORDER = [
  ["inProgress", "InProgress"],
  ["failed", "Failed"],
  ["current", "Current"],
] as const;

function at(path: string, compile: () => Expression): Expression {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    throw new GitOpsError(error.code, `${path}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error.cause,
      data: { ...error.data, field: path },
    });
  }
}

function judge({ steps }: Evaluator, object: JsonObject): FluxVerdict {
  if (isUnobserved(object)) return { status: "InProgress", message: "the controller has not seen the latest generation" };
  for (const { status, path, expression } of steps) {
    const outcome = expression(object);
    if (typeof outcome !== "boolean") return { status: "Unknown", message: outcome.failure };
    if (outcome) return { status, message: `${path} holds` };
  }
  return { status: "InProgress", message: "no health expression holds" };
}

/** Only whole numbers are compared: a controller that writes a text is left to the expressions. */
function isUnobserved(object: JsonObject): boolean {
  const observed = valueAt(object, "status", "observedGeneration");
  const generation = valueAt(object, "metadata", "generation");
  return isWhole(observed) && isWhole(generation) && BigInt(observed) !== BigInt(generation);
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
}

/** Whether a dependency is ready by its `readyExpr`; `message` says why not where the expression cannot be evaluated. */
export type ReadinessJudge = (self: JsonObject, dependency: JsonObject) => { readonly isReady: boolean; readonly message: string };

/**
 * Makes a judge of a `dependsOn[].readyExpr`, which sees the two objects as `self` and `dep`.
 * Throws INVALID_EXPRESSION, also for other variables and for what may give something else than a boolean; LIMIT_EXCEEDED.
 */
export async function compileReadyExpression(text: string): Promise<ReadinessJudge> {
  const { compileDependencyExpression } = await import("./cel/expression.ts");
  const expression = at("readyExpr", () => compileDependencyExpression(text));
  return (self, dep) => {
    const outcome = expression({ self, dep });
    return typeof outcome === "boolean" ? { isReady: outcome, message: "" } : { isReady: false, message: outcome.failure };
  };
}

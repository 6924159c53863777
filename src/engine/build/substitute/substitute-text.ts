import { GitOpsError } from "../../model/errors.ts";
import { DEFAULT_BUDGET } from "../build-options.ts";
import { fromBytes, toBytes, type ByteText } from "./byte-text.ts";
import { allowsUnset, applyOperator } from "./operators.ts";
import { parseTemplate, type TemplatePart } from "./parse-template.ts";
import { spendBytes, workFor, type Work } from "./work.ts";

/** How a text is substituted. */
export interface SubstituteTextOptions {
  /** A variable that is not set and has no default is an error, as by default in kustomize-controller since 1.9; else it is empty. */
  readonly strict: boolean;
  /** Of the result, in UTF-8. */
  readonly maxBytes?: number;
}

interface Context {
  readonly variables: ReadonlyMap<string, string>;
  readonly strict: boolean;
  readonly work: Work;
}

/**
 * Puts variables into a text, with exactly the syntax of github.com/fluxcd/pkg/envsubst v1.7.0: `${v}`, `${v:=default}` and its other
 * operators, `$${` for `${`. What is bare (`$v`) stays. Lengths and offsets count bytes.
 *
 * Throws BUILD_FAILED for an expression that does not parse, a variable that is not set (strict), and a cut inside of a character;
 * LIMIT_EXCEEDED. `data.variable` names the variable; no message carries a value.
 */
export function substituteText(text: string, variables: ReadonlyMap<string, string>, options: SubstituteTextOptions): string {
  const work = workFor(options.maxBytes ?? DEFAULT_BUDGET.fileBytes);
  const result = evaluateAll({ variables, strict: options.strict, work }, parseTemplate(text));
  const substituted = fromBytes(result);
  if (substituted === undefined) {
    throw new GitOpsError("BUILD_FAILED", "a substitution cuts a value inside of a character", { hint: "offsets and lengths count bytes" });
  }
  return substituted;
}

function evaluateAll(context: Context, parts: readonly TemplatePart[]): ByteText {
  return parts
    .map((part) => {
      const bytes = evaluate(context, part);
      spendBytes(context.work, bytes.length);
      return bytes;
    })
    .join("");
}

/** Operands come first, wanted or not: a variable that is not set in an unused default is an error too. */
function evaluate(context: Context, part: TemplatePart): ByteText {
  if (typeof part === "string") return toBytes(part);
  const { name, operator } = part;
  const operands = part.operands.map((operand) => evaluate(context, operand));
  const value = context.variables.get(name);
  if (value === undefined && context.strict && !allowsUnset(operator)) {
    throw new GitOpsError("BUILD_FAILED", `the variable ${name} is not set`, {
      hint: `set it under postBuild, or give it a default: \${${name}:=…}; $\${ stands for a literal \${`,
      data: { variable: name },
    });
  }
  return applyOperator(operator, toBytes(value ?? ""), operands, context.work);
}

import { isJsonObject, type JsonValue } from "../../../engine/index.ts";
import { escapeLines } from "../escape.ts";
import type { Comparison, Operand, Part, Path, SingleStep } from "./template.ts";

/**
 * What a template makes of a document. What is missing is nothing, as with `kubectl -o jsonpath`; several results are set
 * apart by a blank. The values are escaped, the template's own text is the person's.
 */
export function renderTemplate(parts: readonly Part[], document: JsonValue): string {
  return renderParts(parts, document, document);
}

/** All values that a path leads to, in document order. */
export function valuesAt(path: Path, document: JsonValue): readonly JsonValue[] {
  return follow(path, document, document);
}

/** A value as kubectl prints it: text as it stands, the rest as JSON. */
export function valueText(value: JsonValue): string {
  if (typeof value === "string") return value;
  return typeof value === "bigint"
    ? value.toString()
    : JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? Number(inner) : inner));
}

function renderParts(parts: readonly Part[], current: JsonValue, root: JsonValue): string {
  return parts
    .map((part) => {
      switch (part.type) {
        case "text":
          return part.text;
        case "path":
          return follow(part.path, current, root)
            .map((value) => escapeLines(valueText(value)))
            .join(" ");
        case "range":
          return follow(part.path, current, root)
            .map((value) => renderParts(part.body, value, root))
            .join("");
      }
    })
    .join("");
}

function follow({ fromRoot, steps }: Path, current: JsonValue, root: JsonValue): readonly JsonValue[] {
  let values: readonly JsonValue[] = [fromRoot ? root : current];
  for (const step of steps) {
    const each = values;
    // A union goes over all values for each of its members, as kubectl's does.
    values = (step.type === "union" ? step.steps : [step]).flatMap((one) => each.flatMap((value) => take(one, value, root)));
  }
  return values;
}

function take(step: SingleStep, value: JsonValue, root: JsonValue): readonly JsonValue[] {
  switch (step.type) {
    case "field":
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] ?? null] : [];
    case "all":
      return children(value);
    case "recursive":
      return [value, ...children(value).flatMap((child) => take(step, child, root))];
    case "index": {
      const found = Array.isArray(value) ? value.at(step.at) : undefined;
      return found === undefined ? [] : [found];
    }
    case "slice":
      return Array.isArray(value) ? value.slice(step.from, step.to).filter((_, index) => index % step.step === 0) : [];
    case "filter":
      return Array.isArray(value) ? value.filter((item) => holds(step, item, root)) : [];
  }
}

function children(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function holds({ left, operator, right }: SingleStep & { readonly type: "filter" }, item: JsonValue, root: JsonValue): boolean {
  const [a] = operandValues(left, item, root);
  if (operator === "exists") return a !== undefined;
  const [b] = operandValues(right, item, root);
  return a !== undefined && b !== undefined && compare(a, b, operator);
}

function operandValues(operand: Operand, item: JsonValue, root: JsonValue): readonly JsonValue[] {
  return operand.type === "literal" ? [operand.value] : follow(operand.path, item, root);
}

function compare(a: JsonValue, b: JsonValue, operator: Comparison): boolean {
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  const ordered = (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string");
  if (!ordered) return false;
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

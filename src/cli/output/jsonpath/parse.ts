import { UsageError } from "../../usage-error.ts";
import type { Comparison, Operand, Part, Path, SingleStep, Step } from "./template.ts";

const EXAMPLE = `write it as kubectl does: -o jsonpath='{.name}' or '{range .items[*]}{.name}{"\\n"}{end}'`;

/**
 * Reads a template of `kubectl -o jsonpath` (k8s.io/client-go/util/jsonpath): text with expressions in braces. One without any brace is
 * taken as a single expression. Throws UsageError.
 */
export function parseTemplate(template: string): readonly Part[] {
  if (!template.includes("{")) return [{ type: "path", path: parsePath(template) }];
  return new Reader(template).template();
}

/** A path with or without its braces and its leading dot, as in `custom-columns`. Throws UsageError. */
export function parsePath(text: string): Path {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1] ?? text;
  const reader = new Reader(/^[.$@[]/.test(inner) ? inner : `.${inner}`);
  const path = reader.path();
  reader.expectEnd();
  return path;
}

/** Reads from left to right. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  template(): readonly Part[] {
    const open: { readonly path: Path; readonly body: Part[] }[] = [];
    const parts: Part[] = [];
    const put = (part: Part): void => void (open.at(-1)?.body ?? parts).push(part);
    while (this.#at < this.#text.length) {
      const text = this.#match(/[^{]+/y);
      if (text !== undefined) {
        put({ type: "text", text });
        continue;
      }
      this.#expect("{");
      this.#blanks();
      if (this.#match(/end(?=\s*\})/y) !== undefined) {
        const range = open.pop();
        if (range === undefined) throw invalid("{end} without a {range}");
        put({ type: "range", ...range });
      } else if (this.#match(/range\s+/y) !== undefined) open.push({ path: this.path(), body: [] });
      else if (this.#peek() === '"' || this.#peek() === "'") put({ type: "text", text: this.#quoted() });
      else put({ type: "path", path: this.path() });
      this.#blanks();
      this.#expect("}");
    }
    if (open.length > 0) throw invalid("a {range} without its {end}");
    return parts;
  }

  path(): Path {
    const origin = this.#match(/[$@]/y);
    const steps: Step[] = [];
    for (;;) {
      if (this.#match(/\.\./y) !== undefined) {
        steps.push({ type: "recursive" });
        if (this.#peek() !== "[") steps.push(this.#field());
      } else if (this.#match(/\./y) !== undefined) {
        // The document itself is `{.}` or `{$}`.
        if (!/[\s})]|$/y.test(this.#peek()) || this.#peek() === "[") steps.push(...(this.#peek() === "[" ? [] : [this.#field()]));
      } else if (this.#peek() === "[") steps.push(this.#bracket());
      else break;
    }
    if (origin === undefined && steps.length === 0 && this.#text.charAt(this.#at - 1) !== ".") throw invalid("an expression is expected");
    return { fromRoot: origin === "$", steps };
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw invalid(`nothing is expected behind character ${String(this.#at)}`);
  }

  #field(): SingleStep {
    if (this.#match(/\*/y) !== undefined) return { type: "all" };
    const name = this.#match(/(?:\\.|[^\s.[\]{}()=!<>,:'"])+/y);
    if (name === undefined) throw invalid("a dot without a name");
    return { type: "field", name: name.replaceAll(/\\(.)/g, "$1") };
  }

  #bracket(): Step {
    this.#expect("[");
    if (this.#match(/\?\(/y) !== undefined) return this.#filter();
    const steps: SingleStep[] = [];
    do {
      this.#blanks();
      steps.push(this.#selector());
      this.#blanks();
    } while (this.#match(/,/y) !== undefined);
    this.#expect("]");
    const [only] = steps;
    return only !== undefined && steps.length === 1 ? only : { type: "union", steps };
  }

  #selector(): SingleStep {
    if (this.#match(/\*/y) !== undefined) return { type: "all" };
    if (this.#peek() === "'" || this.#peek() === '"') return { type: "field", name: this.#quoted() };
    const slice = this.#match(/-?\d*:-?\d*(?::\d*)?/y);
    if (slice !== undefined) {
      const [from, to, step] = slice.split(":").map((bound) => (bound === "" ? undefined : Number(bound)));
      if (step === 0) throw invalid("a step of 0");
      return { type: "slice", from, to, step: step ?? 1 };
    }
    const index = this.#match(/-?\d+/y);
    if (index === undefined) throw invalid("an index, a name in quotes or * is expected in [ ]");
    return { type: "index", at: Number(index) };
  }

  #filter(): Step {
    const left = this.#operand();
    this.#blanks();
    const operator = this.#match(/[=!<>]=|[<>]/y) as Comparison | undefined;
    const right = operator === undefined ? left : this.#operand();
    this.#blanks();
    this.#expect(")");
    this.#expect("]");
    return { type: "filter", left, operator: operator ?? "exists", right };
  }

  #operand(): Operand {
    this.#blanks();
    if (this.#peek() === '"' || this.#peek() === "'") return { type: "literal", value: this.#quoted() };
    const word = this.#match(/-?\d+(?:\.\d+)?|true\b|false\b/y);
    if (word === undefined) return { type: "path", path: this.path() };
    return { type: "literal", value: word === "true" || (word !== "false" && Number(word)) };
  }

  #quoted(): string {
    const found = this.#match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy);
    if (found === undefined) throw invalid("a quote is not closed");
    const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
    return found.slice(1, -1).replaceAll(/\\(.)/gs, (_, mark: string) => escapes[mark] ?? mark);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #blanks(): void {
    this.#match(/\s+/y);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #expect(mark: string): void {
    if (this.#peek() !== mark) throw invalid(`${mark} is expected at character ${String(this.#at + 1)}`);
    this.#at += 1;
  }
}

function invalid(why: string): UsageError {
  return new UsageError(`the JSONPath cannot be read: ${why}`, EXAMPLE);
}

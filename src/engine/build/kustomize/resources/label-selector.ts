/** Decides on labels or annotations. */
export type LabelMatcher = (labels: ReadonlyMap<string, string>) => boolean;

const TOKEN = /\s*(==|!=|=|!|<|>|\(|\)|,|[^\s=!<>(),]+)/y;
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

/**
 * Reads a selector as Kubernetes does (apimachinery `labels.Parse`): `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
 * An empty one selects everything; undefined where it is not valid.
 */
export function parseLabelSelector(text: string): LabelMatcher | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  if (tokens.length === 0) return () => true;
  const parser = new SelectorParser(tokens);
  const requirements: LabelMatcher[] = [];
  do {
    const requirement = parser.requirement();
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  } while (parser.take(","));
  return parser.isAtEnd ? (labels) => requirements.every((requirement) => requirement(labels)) : undefined;
}

function tokenize(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const token = TOKEN.exec(trimmed)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

class SelectorParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  requirement(): LabelMatcher | undefined {
    const isAbsent = this.take("!");
    const key = this.#word(KEY);
    if (key === undefined) return undefined;
    if (isAbsent) return (labels) => !labels.has(key);
    if (this.isAtEnd || this.#tokens[this.#at] === ",") return (labels) => labels.has(key);
    return this.#comparison(key, this.#tokens[this.#at++] ?? "");
  }

  #comparison(key: string, operator: string): LabelMatcher | undefined {
    if (operator === "in" || operator === "notin") {
      const values = this.#set();
      if (values === undefined) return undefined;
      if (operator === "notin") return (labels) => !values.has(labels.get(key) ?? "") || !labels.has(key);
      return (labels) => labels.has(key) && values.has(labels.get(key) ?? "");
    }
    const value = this.isAtEnd || this.#tokens[this.#at] === "," ? "" : this.#word(VALUE);
    if (value === undefined) return undefined;
    if (operator === "=" || operator === "==") return (labels) => labels.get(key) === value;
    if (operator === "!=") return (labels) => labels.get(key) !== value;
    if ((operator === "<" || operator === ">") && isWhole(value)) return comparesNumber(key, operator, Number(value));
    return undefined;
  }

  #set(): ReadonlySet<string> | undefined {
    if (!this.take("(")) return undefined;
    const values = new Set<string>();
    for (;;) {
      const next = this.#tokens[this.#at];
      if (next === ")" || next === ",") values.add("");
      else {
        const value = this.#word(VALUE);
        if (value === undefined) return undefined;
        values.add(value);
      }
      if (this.take(")")) return values;
      if (!this.take(",")) return undefined;
    }
  }

  #word(pattern: RegExp): string | undefined {
    const word = this.#tokens[this.#at];
    if (word === undefined || !pattern.test(word) || word.length > 317) return undefined;
    this.#at++;
    return word;
  }
}

function isWhole(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function comparesNumber(key: string, operator: "<" | ">", limit: number): LabelMatcher {
  return (labels) => {
    const text = labels.get(key);
    if (text === undefined || !isWhole(text)) return false;
    return operator === "<" ? Number(text) < limit : Number(text) > limit;
  };
}

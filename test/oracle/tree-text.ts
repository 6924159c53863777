/** A scalar exactly as it stands in a file. */
export class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a generated file holds. */
export type Node = string | number | boolean | null | Written | readonly Node[] | { readonly [key: string]: Node | undefined };

/** Texts that mean the same in both dialects of YAML without quotes. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*[A-Za-z0-9]$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const WIDTH = 2;

/** Prints a document of a file. Style 0 is JSON; any other decides on indentation, quotes, comments and anchors. */
export function textOf(node: Node, style: number, comments = true): string {
  if (style === 0) return flow(node, 0);
  const printer = new Printer(style, comments);
  return style % 7 === 1 ? `${flow(node, undefined)}\n` : printer.document(node);
}

function entriesOf(node: object): (readonly [string, Node])[] {
  return Object.entries(node).filter((entry): entry is [string, Node] => entry[1] !== undefined);
}

/** JSON, but for scalars as written; on one line where no depth is given. */
function flow(node: Node, depth: number | undefined): string {
  if (node instanceof Written) return node.text;
  if (typeof node !== "object" || node === null) return JSON.stringify(node);
  const inner = depth === undefined ? undefined : depth + 1;
  const parts = Array.isArray(node)
    ? node.map((item: Node) => flow(item, inner))
    : entriesOf(node).map(([key, value]) => `${JSON.stringify(key)}: ${flow(value, inner)}`);
  const [open, close] = Array.isArray(node) ? "[]" : "{}";
  if (depth === undefined || parts.length === 0) return `${open}${parts.join(", ")}${close}`;
  const margin = " ".repeat(depth);
  return `${open}\n${parts.map((part) => `${margin} ${part}`).join(",\n")}\n${margin}${close}`;
}

class Printer {
  readonly #random: (below: number) => number;
  readonly #comments: boolean;
  readonly #anchors: Map<string, string> | undefined;
  readonly #listMargin: number;
  readonly #lines: string[] = [];
  #count = 0;

  constructor(style: number, comments: boolean) {
    this.#random = randomFrom(style);
    this.#comments = this.#random(3) === 0 && comments;
    this.#anchors = this.#random(6) === 0 ? new Map() : undefined;
    this.#listMargin = this.#random(2) === 0 ? 0 : WIDTH;
  }

  document(node: Node): string {
    if (this.#comments) this.#lines.push("# made for a test");
    if (isScalar(node) || isEmpty(node)) this.#lines.push(this.#inline(node, 0));
    else this.#block(node, 0);
    return `${this.#lines.join("\n")}\n`;
  }

  #block(node: Node, margin: number): void {
    const space = " ".repeat(margin);
    if (Array.isArray(node)) {
      for (const item of node) this.#entry(`${space}-`, item, margin, WIDTH);
    } else if (typeof node === "object" && node !== null) {
      for (const [key, value] of entriesOf(node)) {
        if (this.#comments && this.#random(8) === 0) this.#lines.push(`${space}# ${key}: a note`);
        this.#entry(`${space}${this.#key(key)}:`, value, margin, Array.isArray(value) ? this.#listMargin : WIDTH);
      }
    }
  }

  #entry(head: string, value: Node, margin: number, indent: number): void {
    if (isScalar(value) || isEmpty(value) || this.#random(12) === 0) {
      const text = this.#inline(value, margin + WIDTH);
      this.#lines.push(`${head} ${text}${text.startsWith("|") ? "" : this.#comment()}`);
      return;
    }
    const same = JSON.stringify(value);
    const known = this.#anchors?.get(same);
    if (known !== undefined) {
      this.#lines.push(`${head} *${known}`);
      return;
    }
    const anchor = this.#anchors === undefined || this.#random(3) > 0 ? "" : ` &a${this.#count++}`;
    // No comment here: where the map is emptied later, the original prints what it cannot read.
    this.#lines.push(`${head}${anchor}`);
    this.#block(value, margin + indent);
    // Known only from here on: an alias may not stand in what it names.
    if (anchor !== "") this.#anchors?.set(same, anchor.slice(2));
  }

  #comment(): string {
    return this.#comments && this.#random(9) === 0 ? " # here too" : "";
  }

  #key(key: string): string {
    return PLAIN.test(key) && !WORDS.test(key) ? key : this.#random(2) === 0 ? JSON.stringify(key) : single(key);
  }

  #inline(value: Node, margin: number): string {
    if (typeof value !== "string") return flow(value, undefined);
    const isSafe = PLAIN.test(value) && !WORDS.test(value);
    const way = this.#random(4);
    if (isSafe && way < 2) return value;
    const lines = value.split("\n");
    const isBlock = lines.length > 1 && /^[^\s]/.test(value) && !/[^\n\x20-\x7e]/.test(value) && lines.at(-2) !== "";
    if (isBlock && way > 0) {
      const body = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
      const mark = lines.at(-1) === "" ? "|" : "|-";
      return [mark, ...body.map((line) => (line === "" ? "" : " ".repeat(margin) + line))].join("\n");
    }
    return way === 3 && /^[\x20-\x7e]*$/.test(value) ? single(value) : JSON.stringify(value);
  }
}

function single(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function isScalar(node: Node): boolean {
  return typeof node !== "object" || node === null || node instanceof Written;
}

function isEmpty(node: Node): boolean {
  return typeof node === "object" && node !== null && Object.keys(node).length === 0;
}

/** Mulberry32: small, good enough, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

import type { Choices } from "./choices.ts";
import type { GeneratedObject } from "./tree-resources.ts";
import { type Node, textOf } from "./tree-text.ts";

/** What the folders of a tree share: the objects so far by their first names, and the names that may be used once. */
export class World {
  readonly objects: GeneratedObject[] = [];
  /** `KIND NAME` of what generators made. */
  readonly generated: string[] = [];
  readonly variables = new Set<string>();
  readonly uses = new Set<string>();
  readonly files: Record<string, string> = {};
  /** A base is used twice: what looks an object up by its name finds two. */
  readonly isTwice: boolean;
  #count = 0;

  constructor(isTwice: boolean) {
    this.isTwice = isTwice;
  }

  /** A number that nothing else has. */
  next(): number {
    return ++this.#count;
  }
}

const LISTS_KEEP = new Set(["apiVersion", "kind"]);

/** One kustomization in the making. */
export class Layer {
  readonly world: World;
  readonly folder: string;
  readonly #fields: Record<string, Node>;

  constructor(world: World, folder: string, fields: Readonly<Record<string, Node>>) {
    this.world = world;
    this.folder = folder;
    this.#fields = { ...fields };
    for (const field of Object.keys(fields)) if (!LISTS_KEEP.has(field)) world.uses.add(field);
  }

  has(field: string): boolean {
    return Object.hasOwn(this.#fields, field);
  }

  /** Sets a field, or adds to one that holds a list; a scalar or map that is there stays. */
  add(field: string, value: Node): void {
    const known = this.#fields[field];
    if (known === undefined) this.#fields[field] = value;
    else if (Array.isArray(known) && Array.isArray(value)) this.#fields[field] = [...known, ...value];
    this.world.uses.add(field);
  }

  use(detail: string): void {
    this.world.uses.add(detail);
  }

  /** Writes a file, and gives the path by which the kustomization names it. */
  file(stem: string, text: string): string {
    const name = `${stem.replace(/\.\w+$/, "")}-${this.world.next()}${/\.\w+$/.exec(stem)?.[0] ?? ".yaml"}`;
    this.world.files[`${this.folder}/${name}`] = text;
    return name;
  }

  /** Writes the kustomization file, at times in a way that editors of other systems leave behind. */
  finish(c: Choices): void {
    const style = c.below(40);
    let text = textOf(this.#fields, style < 10 ? 0 : style);
    if (c.chance(4)) text = text.replaceAll("\n", "\r\n");
    if (c.chance(2)) text = `\ufeff${text}`;
    this.world.files[`${this.folder}/${c.pick("kustomization.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization")}`] = text;
  }
}

/** A style for a file or a text inside one: JSON in a third of all cases. */
export function styleOf(c: Choices): number {
  const style = c.below(3000);
  return style < 1000 ? 0 : style;
}

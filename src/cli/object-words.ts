import {
  DIALECT_KINDS,
  findAmong,
  findSpokenKind,
  GitOpsError,
  selectObjects,
  type AskingPorts,
  type DialectKind,
  type ReadObject,
  type RunContext,
} from "../engine/index.ts";
import type { WriteSession } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** Names of objects, each among the kinds that were meant. */
export interface ObjectWords {
  /** All kinds where none was named. */
  readonly kinds: readonly DialectKind[];
  readonly names: readonly { readonly kinds: readonly DialectKind[]; readonly name: string }[];
}

/** The flags that select many objects. */
export interface ManyFlags {
  readonly all: boolean;
  readonly selector: string | undefined;
  readonly allNamespaces: boolean;
}

/** What a command line asks for, before anything is connected to. */
export interface WantedObjects extends ObjectWords {
  readonly flags: ManyFlags;
  /** Selected by flags, not by name. */
  readonly isMany: boolean;
}

/** What a command found, and which of the names that it was given it did not find. */
export interface Selection {
  readonly found: readonly ReadObject[];
  readonly missing: readonly GitOpsError[];
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads `KIND NAME…`, `source git NAME…`, `NAME…` and `KIND/NAME…`. Throws UsageError for an unknown kind and for what no object can
 * be called.
 */
export function parseObjectWords(words: readonly string[]): ObjectWords {
  const [first = "", second = ""] = words;
  const pair = kindsOf(`${first} ${second}`);
  if (pair !== undefined && words.length > 1) return { kinds: pair, names: words.slice(2).map((word) => namedBy(word, pair)) };
  const single = kindsOf(first);
  if (single !== undefined) return { kinds: single, names: words.slice(1).map((word) => namedBy(word, single)) };
  if (words.length > 1 && !first.includes("/") && !NAME.test(first)) throw unknownKind(first);
  return { kinds: DIALECT_KINDS, names: words.map((word) => namedBy(word, DIALECT_KINDS)) };
}

/** As {@link parseObjectWords}, with the flags that select many. Throws UsageError where words and flags name nothing, or too much. */
export function readSelection(words: readonly string[], flags: ManyFlags): WantedObjects {
  const parsed = parseObjectWords(words);
  const isMany = flags.all || flags.selector !== undefined;
  const { names } = parsed;
  if (names.length === 0 && !isMany) throw new UsageError("no name", "give NAME, KIND NAME or KIND/NAME, or select many with --all or -l");
  if (names.length > 0 && isMany) throw new UsageError("names and --all or -l exclude each other", "give either");
  return { ...parsed, flags, isMany };
}

/** The kinds that a word stands for; undefined for a word of none. */
export function kindsOf(word: string): readonly DialectKind[] | undefined {
  const lower = word.toLowerCase();
  if (lower === "source" || lower === "sources") return DIALECT_KINDS.filter(({ kind }) => kind.role === "source");
  if (lower === "all") return DIALECT_KINDS;
  const spoken = findSpokenKind(word);
  return spoken === undefined ? undefined : [spoken];
}

/** Finds what was asked for. What concerns one name only comes back in `missing`. */
export async function findWanted(
  { kinds, names, flags, isMany }: WantedObjects,
  session: WriteSession,
  ports: AskingPorts,
  context: RunContext,
): Promise<Selection> {
  const { namespace } = session.globals;
  if (isMany) {
    // Apps are what people mean by everything: a source is named, or comes along with its app.
    const chosen = kinds === DIALECT_KINDS ? APPS : kinds;
    const where = flags.allNamespaces ? undefined : await session.namespace();
    return { found: await selectObjects(chosen, { namespace: where, labelSelector: flags.selector ?? "" }, ports, context), missing: [] };
  }
  const scope = { namespace, defaultNamespace: await session.namespace() };
  const results = await Promise.all(
    names.map((named) =>
      findNamed(named, scope, ports, context).catch((error: unknown) => {
        if (isOfOneName(error)) return error;
        throw error;
      }),
    ),
  );
  const found = new Map<string, ReadObject>();
  const missing: GitOpsError[] = [];
  for (const result of results) {
    if (result instanceof GitOpsError) missing.push(result);
    else found.set(keyOf(result), result);
  }
  return { found: [...found.values()], missing };
}

const APPS = DIALECT_KINDS.filter(({ kind }) => kind.role === "app");

/** A name alone is of an app; only where no app has it, of a source: both often share one. */
async function findNamed(
  { kinds, name }: ObjectWords["names"][number],
  scope: Parameters<typeof findAmong>[2],
  ports: AskingPorts,
  context: RunContext,
): Promise<ReadObject> {
  if (kinds !== DIALECT_KINDS) return findAmong(name, kinds, scope, ports, context);
  const quietly = { ...context, emit: () => undefined };
  try {
    return await findAmong(name, APPS, scope, ports, context);
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "DELIVERY_NOT_FOUND") throw error;
    const sources = DIALECT_KINDS.filter(({ kind }) => kind.role === "source");
    return findAmong(name, sources, scope, ports, quietly).catch((second: unknown) => {
      throw second instanceof GitOpsError && second.code === "DELIVERY_NOT_FOUND" ? error : second;
    });
  }
}

function isOfOneName(error: unknown): error is GitOpsError {
  return error instanceof GitOpsError && ["DELIVERY_NOT_FOUND", "AMBIGUOUS_NAME"].includes(error.code);
}

function keyOf({ view: { id } }: ReadObject): string {
  return `${id.group}/${id.kind}/${id.namespace}/${id.name}`;
}

function namedBy(word: string, kinds: readonly DialectKind[]): { readonly kinds: readonly DialectKind[]; readonly name: string } {
  const slash = word.indexOf("/");
  const kind = slash < 0 ? "" : word.slice(0, slash);
  const name = word.slice(slash + 1);
  if (kind === "set")
    throw new UsageError(`set/${name} has no controller: it is delivered by this program alone`, `gitops sync ${name} does its work now`);
  const meant = slash < 0 ? kinds : kindsOf(kind);
  if (meant === undefined) throw unknownKind(kind);
  if (!NAME.test(name)) throw new UsageError(`${JSON.stringify(name)} is no name for an object`, "lower-case letters, digits, - and .");
  return { kinds: meant, name };
}

function unknownKind(word: string): UsageError {
  const words = DIALECT_KINDS.map(({ kind }) => kind.words[0] ?? "").join(", ");
  return new UsageError(`unknown kind ${JSON.stringify(word)}`, `it is one of source, ${words}, or their full names`);
}

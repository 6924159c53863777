import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome, type CommandResult } from "./cli.ts";
import type { ControlPlane } from "./control-plane.ts";
import { gitRepository, kustomization } from "./flux-objects.ts";
import { startGitServer, writeFiles, type Files, type GitServer } from "./git-server.ts";

/** Where a row of a table of fields takes place. */
export interface Place {
  /** A name that no other row has: of its Kustomization, its GitRepository, its folder and its objects. */
  readonly id: string;
  readonly namespace: string;
  /** Another namespace, shared by all rows. */
  readonly other: string;
  /** URL of a repository by its name. */
  readonly repository: (name: string) => string;
  /** What was made before the rows, such as the ids of commits. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What one run of a row came to. */
export interface Seen {
  readonly outcome: string;
  readonly message: string;
  /** A live object by its path below `/api`, `v1/namespaces/x/configmaps/y`, or `/apis`; undefined where there is none. */
  live(path: string): Promise<LiveFields | undefined>;
}

/** Parts of live objects that rows look at. */
export interface LiveFields {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } };
  readonly rules?: readonly { readonly verbs: readonly string[] }[];
}

/** A field, and what changes when it alone is changed. */
export interface FieldRow {
  /** As the list of leaves has it: `spec.images[].name`; more words behind a blank. */
  readonly field: string;
  /** Below the row's own folder of the shared repository. */
  readonly files?: Files;
  /** Of the Kustomization, first and second; without `second` only its source changes. */
  readonly first?: object;
  readonly second?: object;
  /** Of a GitRepository of the row's own; the shared one where both are left out. */
  readonly source?: object;
  readonly secondSource?: object;
  look(seen: Seen): unknown;
  /** What `look` answers of either, a promise or not; a pattern for a text. */
  readonly sees: readonly [first: unknown, second: unknown];
}

interface Laid {
  readonly place: Place;
  readonly row: FieldRow;
}

/** A table of rows that are run together: one sync with all of their first specs, one with the others. */
class FieldTable {
  readonly #laid: readonly Laid[];
  readonly #plane: ControlPlane;
  readonly #namespace: string;
  readonly #home = newHome();
  readonly #flags: readonly string[];

  private constructor(plane: ControlPlane, namespace: string, laid: readonly Laid[], flags: readonly string[]) {
    this.#plane = plane;
    this.#namespace = namespace;
    this.#laid = laid;
    this.#flags = flags;
  }

  /** Lays rows out in namespaces and a repository of their own. */
  static async lay(
    plane: ControlPlane,
    git: GitServer,
    rows: readonly ((place: Place) => FieldRow)[],
    { files, flags, facts }: { readonly files: Files; readonly flags: readonly string[]; readonly facts: Place["facts"] },
  ): Promise<FieldTable> {
    const [namespace, other] = await Promise.all([plane.createNamespace("fields"), plane.createNamespace("other")]);
    const repository = (name: string): string => `${git.url}/${name}.git`;
    const laid = rows.map((row, index) => {
      const place = { id: `row-${String(index)}`, namespace, other, repository, facts };
      return { place, row: row(place) };
    });
    const below = laid.flatMap(({ place, row }) =>
      Object.entries(row.files ?? {}).map(([file, content]) => [`${place.id}/${file}`, content]),
    );
    await git.createRepository(namespace, { ...Object.fromEntries(below), ...files });
    const table = new FieldTable(plane, namespace, laid, flags);
    await table.#write("first");
    await table.#write("second");
    return table;
  }

  get namespace(): string {
    return this.#namespace;
  }

  get other(): string {
    return this.#laid[0]?.place.other ?? "";
  }

  /** Delivers all rows as they are as `first` or `second` has it. */
  run(which: "first" | "second"): Promise<CommandResult> {
    const options = { home: this.#home, cwd: this.#home, kubeconfig: this.#plane.kubeconfig };
    return gitops(
      ["sync", "-f", join(this.#home, which), "-n", this.#namespace, "-o", "json", ...(which === "second" ? this.#flags : [])],
      options,
    );
  }

  /** What every row sees after a run. */
  async look(result: CommandResult): Promise<ReadonlyMap<string, unknown>> {
    const last = JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "{}") as {
      apps?: readonly { readonly name: string; readonly outcome: string; readonly message: string }[];
    };
    assert.ok(last.apps !== undefined && last.apps.length > 0, `${result.stdout.slice(-2000)}\n${result.stderr}`);
    const live: Seen["live"] = async (path) => {
      const { status, body } = await this.#plane.api("GET", path);
      return status === 200 ? (body as LiveFields) : undefined;
    };
    const looks = this.#laid.map(async ({ place, row }) => {
      const { outcome = "", message = "" } = last.apps?.find(({ name }) => name === place.id) ?? {};
      return [row.field, await row.look({ outcome, message, live })] as const;
    });
    return new Map(await Promise.all(looks));
  }

  async #write(which: "first" | "second"): Promise<void> {
    const shared = { namespace: this.#namespace, name: "shared", url: this.#laid[0]?.place.repository(this.#namespace) ?? "" };
    const objects = this.#laid.flatMap(({ place, row }) => {
      const { id, namespace, repository } = place;
      const own = row.source !== undefined;
      const declared = which === "second" ? (row.secondSource ?? row.source) : row.source;
      const spec = {
        path: own ? "./" : `./${id}`,
        sourceRef: { kind: "GitRepository", name: own ? id : "shared" },
        ...row.first,
        ...(which === "second" ? row.second : {}),
      };
      const app = kustomization({ namespace, name: id, url: "", spec });
      return declared === undefined ? [app] : [gitRepository({ namespace, name: id, url: repository("source"), source: declared }), app];
    });
    const text = [gitRepository(shared), ...objects].map((one) => JSON.stringify(one)).join("\n---\n");
    await writeFiles(this.#home, { [`${which}/objects.yaml`]: text });
  }
}

/** A ConfigMap as a file holds it. */
export function mapFile(name: string, data: Readonly<Record<string, string>>, metadata: object = {}): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data });
}

/** Path of an object of the core group. */
export function corePath(namespace: string, resource: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/${resource}/${name}`;
}

/** Which of some objects there are. */
export async function exists(seen: Seen, ...paths: readonly string[]): Promise<readonly boolean[]> {
  return Promise.all(paths.map(async (path) => (await seen.live(path)) !== undefined));
}

/** How a run ended, and why where it did not end well. */
export function outcome({ outcome: word, message }: Seen): string {
  return word === "ready" ? word : `${word}: ${message}`;
}

/** A row whose ConfigMap holds one value. */
export function valueRow({ id, namespace }: Place, row: Omit<FieldRow, "look" | "files">, value = "${W:=d}"): FieldRow {
  const look: FieldRow["look"] = async ({ live }) => (await live(corePath(namespace, "configmaps", id)))?.data?.["v"];
  return { ...row, files: { "map.yaml": mapFile(id, { v: value }) }, look };
}

/** A row that ends well or not. */
export function outcomeRow({ id }: Place, row: Omit<FieldRow, "look" | "files">): FieldRow {
  return { ...row, files: { "map.yaml": mapFile(id, { state: "bad" }) }, look: outcome };
}

/** Creates an object beside the deliveries. */
export async function make(plane: ControlPlane, collection: string, object: object): Promise<void> {
  const { status, body } = await plane.api("POST", collection, object);
  assert.equal(status, 201, JSON.stringify(body));
}

/** How a table is laid out. */
interface TableOptions {
  /** More files of the shared repository. */
  readonly files?: Files;
  /** More flags of the second sync. */
  readonly flags?: readonly string[];
  /** Makes what the rows are about before they are laid out. */
  readonly found?: (git: GitServer) => Promise<Place["facts"]>;
  /** Makes what the rows need beside them, before the first run. */
  readonly prepare?: (plane: ControlPlane, table: FieldTable, git: GitServer) => Promise<void>;
}

const NOWHERE: Place = { id: "row-1", namespace: "ns", other: "other", repository: (name) => name, facts: {} };

/** Runs a table once before all, and tests of every row what it saw. */
export function testRows(
  { skip, plane }: { readonly skip: string | false; readonly plane: ControlPlane | undefined },
  kind: string,
  rows: readonly ((place: Place) => FieldRow)[],
  { files = {}, flags = [], found, prepare }: TableOptions = {},
): void {
  let git: GitServer;
  let seen: readonly ReadonlyMap<string, unknown>[] = [];
  before(async () => {
    if (plane === undefined) return;
    git = await startGitServer();
    const table = await FieldTable.lay(plane, git, rows, { files, flags, facts: (await found?.(git)) ?? {} });
    await prepare?.(plane, table, git);
    const first = await table.look(await table.run("first"));
    seen = [first, await table.look(await table.run("second"))];
  });
  after(async () => {
    await git?.close();
  });
  for (const { field, sees } of rows.map((row) => row(NOWHERE))) {
    test(`${field}: changing it alone changes what becomes of a ${kind}`, { skip }, () => {
      for (const [index, expected] of sees.entries()) {
        const actual = seen[index]?.get(field);
        if (expected instanceof RegExp) assert.match(String(actual), expected);
        else assert.deepEqual(actual, expected);
      }
    });
  }
}

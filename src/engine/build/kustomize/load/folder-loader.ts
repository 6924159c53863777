import { limitHint } from "../../../model/limit.ts";
import { type ErrorCode, GitOpsError } from "../../../model/errors.ts";
import { readKustomization, type ReadKustomization } from "../decode/read-kustomization.ts";
import { buildFailure, escapes, failureAt, type Spot } from "../fail.ts";
import { nearest } from "../nearest.ts";
import { refuseEncryptedFile } from "../../refuse-encrypted.ts";
import { parseRepositorySpec, type RepositorySpec } from "../remote/repository-spec.ts";
import type { Naming } from "./naming.ts";
import type { LoadSession } from "./session.ts";
import { folderOf, hasAmbiguousSegment, isUrl, isWithin, joinPath, withoutCredentials } from "./tree-path.ts";

/** A file that a kustomization names. */
export interface LoadedFile {
  /** Path inside the source, or where it lies elsewhere; for messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** A kustomization that led here. */
interface Visited {
  readonly session: LoadSession;
  readonly root: string;
  /** The entry that named its repository; undefined where it lies in that of the one before. */
  readonly entry: string | undefined;
}

/**
 * Reads what one kustomization names, by kustomize's rules: files in or below its folder, folders that are no ancestors; files and
 * repositories by URL from allowed hosts. A repository is a jail of its own.
 */
export class FolderLoader {
  readonly session: LoadSession;
  /** The folder, every link resolved. */
  readonly root: string;
  /** The namespace that charts take where nothing nearer names one: that of the kustomization above. */
  readonly namespace: string;
  /** The folders that led here, from the one that was asked for. */
  readonly #visited: readonly Visited[];

  constructor(
    session: LoadSession,
    root: string,
    from: { readonly visited?: readonly Visited[]; readonly namespace?: string; readonly entry?: string } = {},
  ) {
    this.session = session;
    this.root = root;
    this.namespace = from.namespace ?? "";
    this.#visited = [...(from.visited ?? []), { session, root, entry: from.entry }];
  }

  /** The kustomization file of the folder. Throws BUILD_FAILED where there is none, or more than one. */
  async kustomization(namedBy: Spot): Promise<ReadKustomization & LoadedFile> {
    this.session.checkTime();
    if ((await this.session.tree.typeOf(this.root)) !== "directory")
      throw buildFailure(namedBy, `'${this.session.shown(this.root)}' is no folder; expected one with a kustomization`);
    const names: string[] = [];
    for (const name of FILE_NAMES) {
      const candidate = this.#join(name) ?? name;
      if ((await this.session.tree.typeOf(candidate)) !== "file") continue;
      if (this.#mayRead(await this.session.tree.resolve(candidate))) names.push(name);
    }
    const where = this.root === "" && this.session.isSource ? "the top of the source" : this.session.shown(this.root);
    const [name, another] = names;
    if (name === undefined)
      throw buildFailure(
        namedBy,
        `unable to find one of ${FILE_NAMES.join(", ")} in ${where}`,
        "add one, or name the files of the folder one by one",
      );
    if (another !== undefined)
      throw buildFailure(namedBy, `found multiple kustomization files under ${where}: ${names.join(", ")}`, "keep one of them");
    const inside = this.#join(name) ?? name;
    const bytes = await this.session.read(inside);
    const path = this.session.shown(inside);
    return { path, bytes, ...readKustomization(path, bytes, this.session.options.budget) };
  }

  /** Whether an entry is a file or a folder of the same tree; undefined where there is nothing. */
  async typeOf(entry: string, naming: Naming): Promise<"file" | "directory" | undefined> {
    const path = this.#inTree(entry, naming);
    return await named(naming, () => this.session.tree.typeOf(path));
  }

  /** The bytes of a file. Throws BUILD_FAILED, FEATURE_FORBIDDEN, PATH_ESCAPES_REPOSITORY and LIMIT_EXCEEDED, and what a server's failure is. */
  async file(entry: string, naming: Naming): Promise<LoadedFile> {
    if (isUrl(entry)) {
      const bytes = await this.session.readRemote(entry, naming);
      const path = withoutCredentials(entry);
      this.#refuseEncrypted(path, bytes);
      return { path, bytes };
    }
    const path = await this.#resolved(entry, naming);
    if (!this.#mayRead(path)) {
      const message = `${naming.field}: file '${entry}' is not in or below '${this.session.shown(this.root)}'`;
      throw escapes(naming.spot, message, "move the file, or build with --load-restrictor LoadRestrictionsNone");
    }
    if ((await this.session.tree.typeOf(path)) !== "file") throw buildFailure(naming.spot, `${naming.field}: '${entry}' must be a file`);
    const bytes = await this.session.read(path);
    const shown = this.session.shown(path);
    this.#refuseEncrypted(shown, bytes);
    return { path: shown, bytes };
  }

  #refuseEncrypted(path: string, bytes: Uint8Array): void {
    if (this.session.options.keepsEncrypted !== true) refuseEncryptedFile(path, bytes);
  }

  /**
   * A loader of a folder that this one names, or of a repository. Throws as {@link FolderLoader.file}, and BUILD_FAILED for a cycle.
   *
   * @param namespace of the kustomization that names it; "" where it has none.
   */
  async folder(entry: string, naming: Naming, namespace: string): Promise<FolderLoader> {
    const { nestedBases } = this.session.options.budget;
    if (this.#visited.length > nestedBases) {
      throw failureAt("LIMIT_EXCEEDED", naming.spot, `${naming.field}: more than ${nestedBases} nested bases`, limitHint("nestedBases"));
    }
    const inherited = namespace === "" ? this.namespace : namespace;
    const repository = parseRepositorySpec(entry);
    if (repository !== undefined) return this.#repository(entry, repository, naming, inherited);
    if (hasAmbiguousSegment(entry))
      throw buildFailure(naming.spot, `${naming.field}: path ${JSON.stringify(entry)} is ambiguous: it has a segment with two dots in it`);
    const root = await this.#resolved(entry, naming);
    this.#refuseCycle(this.session, root, naming);
    return new FolderLoader(this.session, root, { visited: this.#visited, namespace: inherited });
  }

  async #repository(entry: string, spec: RepositorySpec, naming: Naming, namespace: string): Promise<FolderLoader> {
    // As in kustomize, by the text alone: the same repository again below itself is a cycle whatever its ref has become meanwhile.
    const above = this.#visited.find((visited) => visited.entry?.startsWith(entry));
    if (above !== undefined) throw cycle(naming, [above.entry ?? "", entry].map(withoutCredentials));
    const tree = await this.session.remote.repository(spec, naming, entry);
    const session = this.session.mount(tree, `${withoutCredentials(spec.url)}//`);
    const folder = joinPath("", spec.path);
    if (folder === undefined)
      throw escapes(
        naming.file,
        `${naming.field}: '${withoutCredentials(entry)}' leads out of its repository`,
        "name a folder inside of it",
      );
    if ((await tree.typeOf(folder)) !== "directory") {
      throw buildFailure(naming.spot, `${naming.field}: the repository has no folder '${folder}': '${withoutCredentials(entry)}'`);
    }
    const root = await tree.resolve(folder);
    this.#refuseCycle(session, root, naming);
    return new FolderLoader(session, root, { visited: this.#visited, namespace, entry });
  }

  #refuseCycle(session: LoadSession, root: string, naming: Naming): void {
    const start = this.#visited.findIndex((visited) => visited.session === session && isWithin(visited.root, root));
    if (start < 0) return;
    const chain = [...this.#visited.slice(start), { session, root }];
    throw cycle(
      naming,
      chain.map((folder) => folder.session.shown(folder.root === "" ? "." : folder.root)),
    );
  }

  /** Whether a file, its links resolved, is one for this kustomization. Repositories that are named by URL are never freed from the rule. */
  #mayRead(path: string): boolean {
    const isFree = this.session.options.loadRestrictor === "LoadRestrictionsNone" && this.session.isSource;
    return isFree || isWithin(folderOf(path), this.root);
  }

  async #resolved(entry: string, naming: Naming): Promise<string> {
    const path = this.#inTree(entry, naming);
    try {
      return await named(naming, () => this.session.tree.resolve(path));
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "PATH_NOT_FOUND") throw error;
      // What is meant for Git is no file: first of all its host must be allowed.
      const repository = parseRepositorySpec(entry);
      if (repository !== undefined) this.session.remote.check(repository.url, naming, entry);
      const message = `${naming.field}: there is no file or folder '${withoutCredentials(entry)}'`;
      throw buildFailure(naming.spot, message, await this.#present(path));
    }
  }

  /** What lies beside a missing path and may be meant, as a hint. */
  async #present(path: string): Promise<string | undefined> {
    const folder = folderOf(path);
    if ((await this.session.tree.typeOf(folder)) !== "directory") return undefined;
    const names = (await this.session.tree.list(folder)).map((entry) => entry.name);
    const meant = nearest(path.slice(path.lastIndexOf("/") + 1), names);
    if (meant !== undefined) return `did you mean ${meant}?`;
    return names.length === 0 ? undefined : `there are ${names.slice(0, 8).join(", ")}`;
  }

  #inTree(entry: string, { spot, field }: Naming): string {
    if (entry === "") throw buildFailure(spot, `${field}: the path is empty`);
    if (entry.startsWith("/"))
      throw escapes(spot, `${field}: '${entry}' is an absolute path`, "name it by a path relative to the kustomization");
    const path = this.#join(entry);
    if (path === undefined)
      throw escapes(spot, `${field}: '${entry}' leads out of the source`, "a build reads nothing outside the repository");
    return path;
  }

  #join(entry: string): string | undefined {
    return joinPath(this.root, entry);
  }
}

function cycle({ spot, field }: Naming, chain: readonly string[]): GitOpsError {
  return buildFailure(spot, `${field}: cycle detected: ${chain.join(" → ")}`, "a kustomization may not name itself or a folder above it");
}

const MISNAMED: readonly ErrorCode[] = ["PATH_ESCAPES_REPOSITORY", "BUILD_FAILED", "UNSUPPORTED_CONTENT"];

/** Asks the tree about a path. What it refuses (a link that leads out, or round and round) is told with the field that named the path. */
async function named<T>({ field, spot }: Naming, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof GitOpsError) || !MISNAMED.includes(error.code) || error.data["diagnostics"] !== undefined) throw error;
    throw failureAt(error.code, spot, `${field}: ${error.message}`, error.hint);
  }
}

import { beyondLimit } from "../../../model/limit.ts";
import { GitOpsError } from "../../../model/errors.ts";
import { readKustomization, type ReadKustomization } from "../decode/read-kustomization.ts";
import { buildFailure, escapes, forbidden } from "../fail.ts";
import { refuseEncryptedFile } from "../../refuse-encrypted.ts";
import type { LoadSession } from "./session.ts";
import { folderOf, hasAmbiguousSegment, isRemote, isWithin, joinPath, withoutCredentials } from "./tree-path.ts";

/** A file that a kustomization names. */
export interface LoadedFile {
  /** Path inside the tree. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Who names a path: the kustomization file and its entry, for messages. */
export interface Naming {
  readonly file: string;
  readonly field: string;
}

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const LOCAL_HINT = "copy it into the repository; this version builds from one source only";

/** Reads what one kustomization names, by kustomize's rules: files in or below its folder, folders that are no ancestors. */
export class FolderLoader {
  readonly session: LoadSession;
  /** The folder, every link resolved. */
  readonly root: string;
  /** The folders that led here, from the one that was asked for. */
  readonly #visited: readonly string[];

  constructor(session: LoadSession, root: string, visited: readonly string[] = []) {
    this.session = session;
    this.root = root;
    this.#visited = [...visited, root];
  }

  /** The kustomization file of the folder. Throws BUILD_FAILED where there is none, or more than one. */
  async kustomization(namedBy: string): Promise<ReadKustomization & LoadedFile> {
    this.session.checkTime();
    if ((await this.session.tree.typeOf(this.root)) !== "directory")
      throw buildFailure(namedBy, `'${this.root}' is no folder; expected one with a kustomization`);
    const entries = await this.session.tree.list(this.root);
    const names = FILE_NAMES.filter((name) => entries.some((entry) => entry.name === name && entry.type === "file"));
    const where = this.root === "" ? "the top of the source" : this.root;
    const [name, another] = names;
    if (name === undefined)
      throw buildFailure(
        namedBy,
        `unable to find one of ${FILE_NAMES.join(", ")} in ${where}`,
        "add one, or name the files of the folder one by one",
      );
    if (another !== undefined)
      throw buildFailure(namedBy, `found multiple kustomization files under ${where}: ${names.join(", ")}`, "keep one of them");
    const path = this.#join(name) ?? name;
    const bytes = await this.session.read(path);
    return { path, bytes, ...readKustomization(path, bytes, this.session.options.budget) };
  }

  /** Whether an entry is a file or a folder; undefined where there is nothing. Throws FEATURE_FORBIDDEN for something remote. */
  async typeOf(entry: string, naming: Naming): Promise<"file" | "directory" | undefined> {
    return this.session.tree.typeOf(this.#inTree(entry, naming));
  }

  /** The bytes of a file. Throws BUILD_FAILED, FEATURE_FORBIDDEN, PATH_ESCAPES_REPOSITORY and LIMIT_EXCEEDED. */
  async file(entry: string, naming: Naming): Promise<LoadedFile> {
    const path = await this.#resolved(entry, naming);
    const isFree = this.session.options.loadRestrictor === "LoadRestrictionsNone";
    if (!isFree && !isWithin(folderOf(path), this.root)) {
      const message = `${naming.field}: file '${entry}' is not in or below '${this.root}'`;
      throw escapes(naming.file, message, "move the file, or build with --load-restrictor LoadRestrictionsNone");
    }
    if ((await this.session.tree.typeOf(path)) !== "file") throw buildFailure(naming.file, `${naming.field}: '${entry}' must be a file`);
    const bytes = await this.session.read(path);
    refuseEncryptedFile(path, bytes);
    return { path, bytes };
  }

  /** A loader of a folder that this one names. Throws as {@link FolderLoader.file}, and BUILD_FAILED for a cycle. */
  async folder(entry: string, naming: Naming): Promise<FolderLoader> {
    const { nestedBases } = this.session.options.budget;
    if (this.#visited.length > nestedBases) {
      throw beyondLimit("nestedBases", `${naming.file}: more than ${nestedBases} nested bases`, { path: naming.file });
    }
    if (hasAmbiguousSegment(entry))
      throw buildFailure(naming.file, `${naming.field}: path ${JSON.stringify(entry)} is ambiguous: it has a segment with two dots in it`);
    const root = await this.#resolved(entry, naming);
    const cycle = this.#visited.findIndex((visited) => isWithin(visited, root));
    if (cycle < 0) return new FolderLoader(this.session, root, this.#visited);
    const chain = [...this.#visited.slice(cycle), root].map((folder) => (folder === "" ? "." : folder)).join(" → ");
    throw buildFailure(
      naming.file,
      `${naming.field}: cycle detected: ${chain}`,
      "a kustomization may not name itself or a folder above it",
    );
  }

  async #resolved(entry: string, naming: Naming): Promise<string> {
    const path = this.#inTree(entry, naming);
    try {
      return await this.session.tree.resolve(path);
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "PATH_NOT_FOUND") throw error;
      throw buildFailure(naming.file, `${naming.field}: there is no file or folder '${entry}'`, await this.#present(path));
    }
  }

  /** What lies beside a missing path, as a hint. */
  async #present(path: string): Promise<string | undefined> {
    const folder = folderOf(path);
    if ((await this.session.tree.typeOf(folder)) !== "directory") return undefined;
    const names = (await this.session.tree.list(folder)).slice(0, 8).map((entry) => entry.name);
    return names.length === 0 ? undefined : `there are ${names.join(", ")}`;
  }

  #inTree(entry: string, { file, field }: Naming): string {
    if (entry === "") throw buildFailure(file, `${field}: the path is empty`);
    if (isRemote(entry)) throw forbidden(file, `${field}: '${withoutCredentials(entry)}' is remote`, LOCAL_HINT);
    if (entry.startsWith("/"))
      throw escapes(file, `${field}: '${entry}' is an absolute path`, "name it by a path relative to the kustomization");
    const path = this.#join(entry);
    if (path === undefined)
      throw escapes(file, `${field}: '${entry}' leads out of the source`, "a build reads nothing outside the repository");
    return path;
  }

  #join(entry: string): string | undefined {
    return joinPath(this.root, entry);
  }
}

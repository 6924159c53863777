import { beyondLimit } from "../../../model/limit.ts";
import type { BuildOptions } from "../../build-options.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { FileTree } from "../../../model/artifact.ts";
import { decodeYamlText } from "../../../yaml/decode.ts";
import { readResourceDocuments, type ResourceDocuments } from "../resources/read-resources.ts";

/** What one build reads, and how much of its budget that took. Files are read and parsed once, however often they are used. */
export class LoadSession {
  readonly tree: FileTree;
  readonly options: BuildOptions;
  readonly #warnings = new Map<string, Diagnostic>();
  readonly #files = new Map<string, Promise<Uint8Array>>();
  readonly #documents = new Map<string, ResourceDocuments>();
  readonly #started: number;
  #bytes = 0;
  #documentCount = 0;

  constructor(tree: FileTree, options: BuildOptions) {
    this.tree = tree;
    this.options = options;
    this.#started = options.monotonic();
  }

  get warnings(): readonly Diagnostic[] {
    return [...this.#warnings.values()];
  }

  warn(warning: Diagnostic): void {
    this.#warnings.set(`${warning.file}\n${warning.message}`, warning);
  }

  /** The same files are used once more: only what is counted as it is used is counted anew. */
  startAgain(): void {
    this.#documentCount = 0;
  }

  /** Throws what the signal carries, or LIMIT_EXCEEDED when the time is up. */
  checkTime(): void {
    this.options.signal.throwIfAborted();
    const { milliseconds } = this.options.budget;
    if (this.options.monotonic() - this.#started <= milliseconds) return;
    throw beyondLimit("milliseconds", `the build took longer than ${milliseconds / 1000} s`);
  }

  /** The bytes of a file. Throws what the tree throws, and LIMIT_EXCEEDED. */
  read(path: string): Promise<Uint8Array> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const reading = this.#readOnce(path);
    this.#files.set(path, reading);
    return reading;
  }

  async #readOnce(path: string): Promise<Uint8Array> {
    this.checkTime();
    const bytes = await this.tree.read(path);
    const { fileBytes, totalBytes } = this.options.budget;
    this.#bytes += bytes.length;
    if (bytes.length > fileBytes) throw beyondLimit("fileBytes", `${path}: larger than ${fileBytes} bytes`, { path });
    if (this.#bytes > totalBytes) throw beyondLimit("totalBytes", `the files of the build are larger than ${totalBytes} bytes`);
    return bytes;
  }

  /** The resources in a file, parsed once. Throws BUILD_FAILED and LIMIT_EXCEEDED. */
  documents(path: string, bytes: Uint8Array): ResourceDocuments {
    this.checkTime();
    const { budget } = this.options;
    const documents = this.#documents.get(path) ?? readResourceDocuments(path, decodeYamlText(bytes, path), budget);
    this.#documents.set(path, documents);
    this.#documentCount += documents.length;
    if (this.#documentCount <= budget.documents) return documents;
    throw beyondLimit("documents", `the build has more than ${budget.documents} documents`);
  }
}

import { beyondLimit } from "../../../model/limit.ts";
import type { BuildOptions } from "../../build-options.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { FileTree } from "../../../model/artifact.ts";
import { decodeYamlText } from "../../../yaml/decode.ts";
import type { RenderedChart } from "../charts/rendered-chart.ts";
import { RemoteAccess } from "../remote/remote-access.ts";
import { placedDiagnostic } from "../report-place.ts";
import type { Naming } from "./naming.ts";
import { withoutCredentials } from "./tree-path.ts";
import { readResourceDocuments, type ResourceDocuments } from "../resources/read-resources.ts";

/** What one build reads, from whatever tree, and how much of its budget that took. */
class BuildSpending {
  readonly options: BuildOptions;
  readonly remote: RemoteAccess;
  readonly mounts = new Map<FileTree, LoadSession>();
  readonly warnings = new Map<string, Diagnostic>();
  readonly charts = new Map<string, Promise<RenderedChart>>();
  readonly typos = new Map<string, Diagnostic>();
  /** What was read, by the name that messages have for it. */
  readonly contents = new Map<string, Uint8Array>();
  readonly #documents = new Map<Uint8Array, ResourceDocuments>();
  readonly #started: number;
  #bytes = 0;
  #documentCount = 0;

  constructor(options: BuildOptions) {
    this.options = options;
    this.remote = new RemoteAccess(options);
    this.#started = options.monotonic();
  }

  /** The same files are used once more: only what is counted as it is used is counted anew. */
  startAgain(): void {
    this.#documentCount = 0;
  }

  checkTime(): void {
    this.options.signal.throwIfAborted();
    const { milliseconds } = this.options.budget;
    if (this.options.monotonic() - this.#started <= milliseconds) return;
    throw beyondLimit("milliseconds", `the build took longer than ${milliseconds / 1000} s`);
  }

  count(path: string, bytes: Uint8Array): void {
    const { fileBytes, totalBytes } = this.options.budget;
    this.#bytes += bytes.length;
    if (bytes.length > fileBytes) throw beyondLimit("fileBytes", `${path}: larger than ${fileBytes} bytes`, { path });
    if (this.#bytes > totalBytes) throw beyondLimit("totalBytes", `the files of the build are larger than ${totalBytes} bytes`);
  }

  parsed(path: string, bytes: Uint8Array): ResourceDocuments {
    this.checkTime();
    const documents = this.#documents.get(bytes) ?? readResourceDocuments(path, decodeYamlText(bytes, path), this.options.budget);
    this.#documents.set(bytes, documents);
    return documents;
  }

  documents(path: string, bytes: Uint8Array): ResourceDocuments {
    const { budget } = this.options;
    const documents = this.parsed(path, bytes);
    this.#documentCount += documents.length;
    if (this.#documentCount <= budget.documents) return documents;
    throw beyondLimit("documents", `the build has more than ${budget.documents} documents`);
  }
}

/** What one build reads from one tree. Files are read and parsed once, however often they are used. */
export class LoadSession {
  readonly tree: FileTree;
  /** Stands before the paths of the tree in messages; "" for the source that is built. */
  readonly #name: string;
  readonly #spending: BuildSpending;
  readonly #files = new Map<string, Promise<Uint8Array>>();

  constructor(tree: FileTree, options: BuildOptions, name = "", spending = new BuildSpending(options)) {
    this.tree = tree;
    this.#name = name;
    this.#spending = spending;
  }

  get options(): BuildOptions {
    return this.#spending.options;
  }

  /** Whether this is the source that is built, and not a repository that it names. */
  get isSource(): boolean {
    return this.#name === "";
  }

  get remote(): RemoteAccess {
    return this.#spending.remote;
  }

  /** What was warned about, with its places. */
  get warnings(): readonly Diagnostic[] {
    return [...this.#spending.warnings.values(), ...this.#spending.typos.values()].map((one) => placedDiagnostic(one, this.bytesOf));
  }

  /** What is surely a mistake although kustomize passes over it: errors of a strict build. */
  get typos(): readonly Diagnostic[] {
    return [...this.#spending.typos.values()].map((one) => placedDiagnostic(one, this.bytesOf));
  }

  /** The bytes of a file that was read, by the name that messages have for it. */
  readonly bytesOf = (file: string): Uint8Array | undefined => this.#spending.contents.get(file);

  warn(warning: Diagnostic): void {
    this.#spending.warnings.set(`${warning.file}\n${warning.message}`, warning);
  }

  warnOfTypo(warning: Diagnostic): void {
    this.#spending.typos.set(`${warning.file}\n${warning.message}`, warning);
  }

  /** The same build in another tree; one and the same session for each tree. */
  mount(tree: FileTree, name: string): LoadSession {
    const known = this.#spending.mounts.get(tree);
    if (known !== undefined) return known;
    const mounted = new LoadSession(tree, this.options, name, this.#spending);
    this.#spending.mounts.set(tree, mounted);
    return mounted;
  }

  /** A path of the tree as messages show it. */
  shown(path: string): string {
    return this.#name + path;
  }

  /** Throws what the signal carries, or LIMIT_EXCEEDED when the time is up. */
  checkTime(): void {
    this.#spending.checkTime();
  }

  /** The same files are used once more: only what is counted as it is used is counted anew. */
  startAgain(): void {
    this.#spending.startAgain();
  }

  /** The bytes of a file. Throws what the tree throws, and LIMIT_EXCEEDED. */
  read(path: string): Promise<Uint8Array> {
    return this.#once(path, this.shown(path), () => this.tree.read(path));
  }

  /** The bytes of a file elsewhere. Throws as {@link RemoteAccess.file}, and LIMIT_EXCEEDED. */
  readRemote(url: string, naming: Naming): Promise<Uint8Array> {
    return this.#once(url, withoutCredentials(url), () => this.remote.file(url, naming));
  }

  #once(key: string, shown: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const reading = this.#counted(key, shown, read);
    this.#files.set(key, reading);
    return reading;
  }

  async #counted(key: string, shown: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    this.checkTime();
    const bytes = await read();
    this.#spending.count(key, bytes);
    this.#spending.contents.set(shown, bytes);
    return bytes;
  }

  /** Throws BUILD_FAILED where a file holds no resources. */
  checkDocuments(path: string, bytes: Uint8Array): void {
    this.#spending.parsed(path, bytes);
  }

  /** A chart that may be asked for again: helm takes a quarter of a second. */
  rendered(key: string, render: () => Promise<RenderedChart>): Promise<RenderedChart> {
    const known = this.#spending.charts.get(key);
    if (known !== undefined) return known;
    const rendering = render();
    this.#spending.charts.set(key, rendering);
    return rendering;
  }

  /** The resources in a file, parsed once. Throws BUILD_FAILED and LIMIT_EXCEEDED. */
  documents(path: string, bytes: Uint8Array): ResourceDocuments {
    return this.#spending.documents(path, bytes);
  }
}

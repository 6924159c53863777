import { allowingFlag, isAllowed, remoteHost, type RemoteHost } from "../../allowed-remotes.ts";
import type { BuildOptions } from "../../build-options.ts";
import type { FileTree } from "../../../model/artifact.ts";
import { GitOpsError } from "../../../model/errors.ts";
import { buildFailure, failureAt, forbidden } from "../fail.ts";
import type { Naming } from "../load/naming.ts";
import { withoutCredentials } from "../load/tree-path.ts";
import type { RepositorySpec } from "./repository-spec.ts";

/** What a build brings from elsewhere: nothing from a host that nobody allowed, and each repository once. */
export class RemoteAccess {
  readonly #options: BuildOptions;
  readonly #repositories = new Map<string, Promise<FileTree>>();

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /**
   * Throws FEATURE_FORBIDDEN for a host that is not allowed, PROTOCOL_FORBIDDEN for files of this machine.
   *
   * @param entry what the kustomization says, for the message.
   */
  check(url: string, { spot, field }: Naming, entry = url): void {
    const shown = withoutCredentials(entry);
    const where = remoteHost(url);
    if (where === undefined)
      throw buildFailure(spot, `${field}: '${shown}' is no clean URL`, "use https://HOST/PATH or ssh://USER@HOST/PATH");
    if (where.scheme === "file") {
      const message = `${field}: file:// leads out of the repository`;
      throw failureAt("PROTOCOL_FORBIDDEN", spot, message, "name it by a path relative to the kustomization");
    }
    if (isAllowed(where, this.#options.allowedRemotes ?? [])) return;
    const plain = where.scheme === "http" && isAllowed({ ...where, scheme: "https" }, this.#options.allowedRemotes ?? []);
    const why = plain ? "http:// is not encrypted and not allowed" : `the host ${where.host} is not allowed`;
    throw forbidden(spot, `${field}: '${shown}' is remote, and ${why}`, hintFor(where));
  }

  /** The files of a repository. Throws what {@link RemoteAccess.check} and the port throw, and BUILD_FAILED. */
  repository(spec: RepositorySpec, naming: Naming, entry: string): Promise<FileTree> {
    this.check(spec.url, naming, entry);
    if (/^-|\s/.test(spec.ref))
      throw forbidden(naming.spot, `${naming.field}: the ref is no name of Git's`, "name a branch, tag or commit");
    const url = withoutUser(spec.url);
    if (hasPassword(url)) throw buildFailure(naming.spot, `${naming.field}: the URL carries a password`, "set GITOPS_GIT_TOKEN instead");
    const key = `${url}\0${spec.ref}`;
    const known = this.#repositories.get(key);
    if (known !== undefined) return known;
    const fetching = this.#fetch({ ...spec, url }, naming, entry);
    this.#repositories.set(key, fetching);
    return fetching;
  }

  /** The bytes behind a URL. Throws as {@link RemoteAccess.repository}. */
  async file(url: string, naming: Naming): Promise<Uint8Array> {
    this.check(url, naming);
    const { remote, budget, signal } = this.#options;
    if (remote === undefined) throw nothingRemote(url, naming);
    const check = (target: string) => this.check(target, { ...naming, field: `${naming.field}: '${withoutCredentials(url)}' leads to` });
    return await placed(remote.file({ url, maximumBytes: budget.fileBytes, check, signal }), url, naming);
  }

  async #fetch({ url, ref, path, deadlineMs }: RepositorySpec, naming: Naming, entry: string): Promise<FileTree> {
    const { remote, signal } = this.#options;
    if (remote === undefined) throw nothingRemote(entry, naming);
    return await placed(remote.repository({ url, ref, path, deadlineMs, signal }), entry, naming);
  }
}

function hintFor(where: RemoteHost): string {
  return `add ${allowingFlag(where)} where you trust it, or copy the files into the repository`;
}

function nothingRemote(url: string, { spot, field }: Naming): GitOpsError {
  return forbidden(spot, `${field}: '${withoutCredentials(url)}' is remote`, "copy it into the repository; nothing is fetched here");
}

/** A user name without a password is no secret of https: servers such as Azure DevOps put it into every URL that they show. */
function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@:]*@/i, "$1");
}

function hasPassword(url: string): boolean {
  return /^https?:\/\/[^/]*@/i.test(url);
}

/** Puts the kustomization that asked in front of what went wrong outside. What it wrote wrongly is its error, not the command line's. */
async function placed<Result>(work: Promise<Result>, url: string, { spot, field }: Naming): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.data["diagnostics"] !== undefined) throw error;
    const code = error.code === "USAGE" ? "BUILD_FAILED" : error.code;
    const message = `${field}: '${withoutCredentials(url)}': ${error.message}`;
    const failure = failureAt(code, spot, message, error.hint);
    throw new GitOpsError(code, failure.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
      data: { ...error.data, ...failure.data },
    });
  }
}

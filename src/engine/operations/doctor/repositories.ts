import type { SurroundingFacts } from "../../diagnose/index.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Source } from "../../model/source.ts";
import type { SourceAccess } from "../../ports/source-fetcher.ts";
import { manifestOfLive } from "../apps/live-manifest.ts";
import { readSecret } from "../apps/read-maps.ts";
import { mapBounded } from "../bounded.ts";
import { startDeadline } from "../execute/deadline.ts";
import type { ReadObject } from "../read-objects.ts";
import type { Examination } from "./examination.ts";

type GitSource = Extract<Source, { readonly type: "git" }>;
type RepositoryFacts = SurroundingFacts["sources"][number];

/** A repository that a delivery comes from: of an object that declares it, or as a person typed it. */
export type NamedSource = { readonly type: "object"; readonly read: ReadObject } | { readonly type: "bare"; readonly source: GitSource };

const REPOSITORIES_AT_ONCE = 4;
/** Enough for a server that is there; one that is not must not hold up the rest. */
const PROBE_MS = 15_000;

/** Whether each repository answers to this machine, and how it would be authenticated. Each URL once. */
export async function readRepositories(named: readonly NamedSource[], examination: Examination): Promise<readonly RepositoryFacts[]> {
  const once = new Map<string, NamedSource>();
  for (const one of named) {
    const url = one.type === "bare" ? one.source.url : one.read.view.url.split(" ")[0];
    if (url !== undefined && url !== "" && !once.has(url)) once.set(url, one);
  }
  return mapBounded([...once], REPOSITORIES_AT_ONCE, ([url, one]) => readRepository(url, one, examination));
}

async function readRepository(url: string, named: NamedSource, examination: Examination): Promise<RepositoryFacts> {
  const { ports, context } = examination;
  const deadline = startDeadline(PROBE_MS, ports.clock);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  let credentials: readonly string[] = [];
  try {
    const { source, access, secret } = await accessOf(named, examination);
    credentials = secret === "" ? await ownCredentials(source.url, examination) : [`the Secret ${secret}`];
    await ports.sourceProbe.probe(source, { signal, emit: () => undefined, ...(access === undefined ? {} : { access }) });
    return { url, credentials, failure: undefined };
  } catch (error) {
    context.signal.throwIfAborted();
    if (deadline.signal.aborted)
      return {
        url,
        credentials,
        failure: {
          code: "TIMED_OUT",
          message: `no answer within ${String(PROBE_MS / 1000)} s`,
          hint: "is the server reachable from here?",
        },
      };
    if (!(error instanceof GitOpsError)) throw error;
    return { url, credentials, failure: { code: error.code, message: error.message, hint: error.hint ?? "" } };
  } finally {
    deadline.cancel();
  }
}

async function accessOf(
  named: NamedSource,
  { ports, context }: Examination,
): Promise<{ readonly source: GitSource; readonly access: SourceAccess | undefined; readonly secret: string }> {
  if (named.type === "bare") return { source: named.source, access: undefined, secret: "" };
  const { dialect, object, view } = named.read;
  const declared = dialect.source(manifestOfLive(object), () => undefined);
  const { namespace } = view.id;
  const data = declared.secret === "" ? undefined : await readSecret({ namespace, name: declared.secret }, ports.cluster, context);
  const access = { secret: data, timeoutMs: PROBE_MS, submodules: false };
  const source = { type: "git", url: declared.url, ref: declared.ref, path: "" } as const;
  return { source, access, secret: declared.secret === "" ? "" : `${namespace}/${declared.secret}` };
}

async function ownCredentials(url: string, { ports, context }: Examination): Promise<readonly string[]> {
  const reports = await ports.sourceProbe.describeCredentials(url, context.signal);
  const used = reports.filter(({ isUsed }) => isUsed).map(({ source }) => source);
  const others = reports.filter(({ isUsed }) => !isUsed).map(({ source }) => `${source} (not used)`);
  return reports.length === 0 ? ["none"] : [...used, ...others];
}

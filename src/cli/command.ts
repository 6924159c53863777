import type {
  AllowedRemote,
  AppReaderPorts,
  AppWriterPorts,
  AskingPorts,
  FleetPorts,
  GitHistory,
  GitWriter,
  DeliveryRef,
  Diagnostic,
  DoctorPorts,
  Emit,
  ReaderPorts,
  RunContext,
  WriterPorts,
} from "../engine/index.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import type { Terminal } from "./terminal.ts";

/** What a command hands back: `main` prints the text on stdout and ends with the status. */
export interface Rendered {
  readonly text: string;
  readonly exitStatus: number;
  /** One line for people, printed on stderr: why there is no text. */
  readonly note?: string;
  /** Problems that did not stop it; printed on stderr. */
  readonly warnings?: readonly Diagnostic[];
  /** What went wrong, printed on stderr after the text. */
  readonly failures?: readonly unknown[];
}

/** One positional argument. */
export interface ArgumentSpec {
  readonly description: string;
  readonly required?: true;
  /** All that follows; only for the last one. */
  readonly many?: true;
  /** For help and completions; any text is accepted where it is left out. */
  readonly choices?: readonly string[];
  /** Throws UsageError for a text that cannot be meant, before anything is connected to. */
  readonly check?: (text: string) => unknown;
}

/** Positional arguments by name, in their order. */
export type ArgumentTable = Readonly<Record<string, ArgumentSpec>>;

type ArgumentText<Spec extends ArgumentSpec> = Spec extends { readonly choices: readonly (infer Choice)[] } ? Choice : string;

type ArgumentValue<Spec extends ArgumentSpec> = Spec extends { readonly many: true }
  ? readonly string[]
  : ArgumentText<Spec> | (Spec extends { readonly required: true } ? never : undefined);

type ArgumentValues<Table extends ArgumentTable> = { readonly [Name in keyof Table]: ArgumentValue<Table[Name]> };

/** What any command may use. */
export interface Session {
  readonly version: string;
  /** The whole table, for help and completions. */
  readonly commands: readonly Command[];
  readonly terminal: Terminal;
  readonly globals: GlobalOptions;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly engine: () => Promise<typeof import("../engine/index.ts")>;
  /** A context whose events, and those of the adapters from now on, go to a listener. */
  readonly listen: (emit: Emit) => RunContext;
}

/** What builds may read and run beside their source, as the flags say it. */
export interface SurroundingsFlags {
  readonly allowedRemotes: readonly AllowedRemote[];
  readonly enableHelm: boolean;
  readonly helmCommand: string;
  readonly helmRelease: string | undefined;
  readonly helmValues: readonly string[];
  readonly helmKubeVersion: string | undefined;
  readonly helmApiVersions: readonly string[];
}

/** Where a command's Git credentials come from, beside the environment. */
export interface SourceFlags {
  readonly gitTokenFile?: string | undefined;
  /** The `--repo` as typed: only with it may a URL carry credentials. */
  readonly typedUrl?: string | undefined;
  /** The largest file that may be read, in bytes. */
  readonly maxFileSize?: number | undefined;
  readonly surroundings?: SurroundingsFlags;
}

/** What a command that only reads may use: it cannot reach a writing port. */
export interface ReadSession extends Session {
  readonly source: (flags: SourceFlags) => Promise<Pick<ReaderPorts, "fetcher" | "clock" | "surroundings">>;
  readonly readers: (flags: SourceFlags) => Promise<ReaderPorts>;
  /** The same in another context of the kubeconfig. */
  readonly inContext: (name: string) => ReadSession;
  /** The names of the kubeconfig's contexts. */
  readonly contexts: () => Promise<readonly string[]>;
  readonly appReaders: (flags: SourceFlags) => Promise<AppReaderPorts>;
  /** For looking at everything, the surroundings included. */
  readonly doctor: () => Promise<DoctorPorts>;
  /** A repository URL that a person typed, cleaned of credentials. Throws USAGE, PROTOCOL_FORBIDDEN. */
  readonly repository: (typed: string) => Promise<string>;
  /** The namespace of the flag, else of the context, else "default". */
  readonly namespace: () => Promise<string>;
  /** The uid that the cluster must have, by `--expect-cluster`. */
  readonly expectedCluster: () => Promise<string | undefined>;
  /** The delivery that `[KIND/]NAME` means; it must exist. Throws DELIVERY_NOT_FOUND, AMBIGUOUS_NAME, and UsageError for an unknown kind. */
  readonly find: (name: string, ports: ReaderPorts) => Promise<DeliveryRef>;
}

/** What a command that changes a cluster may use. */
export interface WriteSession extends ReadSession {
  readonly writers: (flags: SourceFlags) => Promise<WriterPorts>;
  readonly appWriters: (flags: SourceFlags) => Promise<AppWriterPorts>;
  /** For commands that ask a controller, and write none of what it delivers. */
  readonly asking: () => Promise<AskingPorts>;
  /** For commands that write to a repository. */
  readonly commits: (flags: SourceFlags) => Promise<{ readonly history: GitHistory; readonly commits: GitWriter }>;
  /** For commands about other clusters. `home` is that of --context, or of the kubeconfig's current context where --context names another. */
  readonly fleet: (home: "context" | "current") => Promise<FleetPorts>;
}

interface Access {
  readonly none: Session;
  readonly read: ReadSession;
  readonly write: WriteSession;
}

/** A command: data, from which parsing, help, completions and docs come, and what it does. It neither prints results nor exits. */
export interface CommandDefinition<Arguments extends ArgumentTable, Options extends OptionTable, Level extends keyof Access> {
  readonly name: string;
  readonly summary: string;
  /** More than the summary, in whole sentences. */
  readonly description?: string;
  readonly arguments: Arguments;
  readonly options: Options;
  readonly access: Level;
  /** One line on its exit statuses. */
  readonly exitStatus: string;
  readonly examples: readonly { readonly command: string; readonly explains: string }[];
  /** Loads what it needs by itself (`import()`), so that the table of commands stays light. */
  run(input: ArgumentValues<Arguments> & OptionValues<Options>, session: Access[Level]): Promise<Rendered>;
}

/** A command whose own types are forgotten: what a table of all commands holds. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly arguments: ArgumentTable;
  readonly options: OptionTable;
  readonly access: keyof Access;
  readonly exitStatus: string;
  readonly examples: readonly { readonly command: string; readonly explains: string }[];
  /** @param input validated by this very table: see `invocation.ts`. */
  run(input: never, session: WriteSession): Promise<Rendered>;
}

/** Gives a command the types of its own table. */
export function defineCommand<const Arguments extends ArgumentTable, const Options extends OptionTable, const Level extends keyof Access>(
  definition: CommandDefinition<Arguments, Options, Level>,
): CommandDefinition<Arguments, Options, Level> {
  return definition;
}

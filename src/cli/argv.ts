import type { Command } from "./command.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { nearest } from "./nearest.ts";
import { environmentName, flagName, parseOptionValue, takesValue, type OptionSpec, type OptionTable } from "./option.ts";
import { UsageError } from "./usage-error.ts";

/** A command line, taken apart. */
export interface CommandLine {
  /** Undefined where no command is named: then help is shown. */
  readonly command: Command | undefined;
  readonly help: boolean;
  readonly version: boolean;
  readonly positionals: readonly string[];
  /** The texts given for each flag, by its key, in order; environment variables included where the flag is not given. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

interface Flag {
  readonly key: string;
  readonly spec: OptionSpec;
}

/** Flags by what is typed: `--namespace`, `-n`. */
type FlagIndex = ReadonlyMap<string, Flag>;

interface Token {
  readonly flag: Flag;
  /** What was typed, such as `--prune`. */
  readonly typed: string;
  readonly value: string;
}

/**
 * Reads arguments as pflag does (kubectl, flux and argocd use it; commander alone reads them differently): `-n=foo`, `-nfoo`,
 * `--prune=false`, `--no-wait`, `-Ao yaml`, flags before and after the command, `--` ends them.
 * Every value is checked here. Throws UsageError for anything unknown, with the nearest name.
 */
export function readCommandLine(argv: readonly string[], commands: readonly Command[], environment: NodeJS.ProcessEnv): CommandLine {
  const anyFlag = indexFlags([GLOBAL_OPTIONS, ...commands.map((command) => command.options)]);
  const name = split(argv, anyFlag, true).positionals[0];
  const command = name === undefined ? undefined : findCommand(name, commands);
  const table: OptionTable = { ...GLOBAL_OPTIONS, ...command?.options };
  const { tokens, positionals, version } = split(argv, command === undefined ? anyFlag : indexFlags([table]), false, command?.name);
  const given = new Map<string, string[]>();
  for (const { flag, typed, value } of tokens) {
    parseOptionValue(flag.spec, value, typed);
    const former = flag.spec.type === "list" ? (given.get(flag.key) ?? []) : [];
    given.set(flag.key, [...former, value]);
  }
  const help = given.get("help")?.some((value) => parseOptionValue(GLOBAL_OPTIONS.help, value, "--help") === true) ?? false;
  given.delete("help");
  addEnvironment(given, table, environment);
  return { command, help, version, positionals: positionals.slice(1), given };
}

function findCommand(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  throw new UsageError(
    `unknown command ${JSON.stringify(name)}`,
    meant === undefined ? "gitops --help lists the commands" : `did you mean "gitops ${meant}"?`,
  );
}

/** Of two flags of one letter the one that takes a value wins: so is `-f` read before the command, where `diff -f FILE` and `logs -f` both may follow. */
function indexFlags(tables: readonly OptionTable[]): FlagIndex {
  const index = new Map<string, Flag>();
  const put = (typed: string, flag: Flag): void => {
    const former = index.get(typed);
    if (former === undefined || takesValue(flag.spec) || !takesValue(former.spec)) index.set(typed, flag);
  };
  for (const table of tables) {
    for (const [key, spec] of Object.entries(table)) {
      put(`--${flagName(key)}`, { key, spec });
      if (spec.short !== undefined) put(`-${spec.short}`, { key, spec });
    }
  }
  return index;
}

/**
 * Splits arguments into flags and the rest.
 *
 * @param firstOnly stop at the first positional argument, which names the command: the flags behind it are the command's.
 */
function split(argv: readonly string[], flags: FlagIndex, firstOnly: boolean, command?: string) {
  const tokens: Token[] = [];
  const positionals: string[] = [];
  let version = false;
  let next = 0;
  const take = (typed: string): string => {
    const value = argv[next];
    if (value === undefined) throw new UsageError(`flag ${typed} needs a value`, `give it as ${typed}=VALUE`);
    next += 1;
    return value;
  };
  const isDone = (): boolean => next >= argv.length || (firstOnly && positionals.length > 0);
  while (!isDone()) {
    const argument = argv[next] ?? "";
    next += 1;
    if (argument === "--") {
      positionals.push(...argv.slice(next));
      break;
    }
    if (argument === "--version") version = true;
    else if (argument.startsWith("--")) tokens.push(readLong(argument, flags, take, command));
    else if (argument.startsWith("-") && argument !== "-") tokens.push(...readShort(argument, flags, take, command));
    else positionals.push(argument);
  }
  return { tokens, positionals, version };
}

function readLong(argument: string, flags: FlagIndex, take: (typed: string) => string, command: string | undefined): Token {
  const equals = argument.indexOf("=");
  const typed = equals < 0 ? argument : argument.slice(0, equals);
  const value = equals < 0 ? undefined : argument.slice(equals + 1);
  const flag = flags.get(typed);
  if (flag !== undefined) return { flag, typed, value: value ?? bareValue(flag.spec) ?? take(typed) };
  const negated = typed.startsWith("--no-") ? flags.get(`--${typed.slice("--no-".length)}`) : undefined;
  if (negated?.spec.type !== "boolean") throw unknownFlag(typed, flags, command);
  const truth = parseOptionValue(negated.spec, value ?? "true", typed);
  return { flag: negated, typed, value: String(truth !== true) };
}

function readShort(argument: string, flags: FlagIndex, take: (typed: string) => string, command: string | undefined): Token[] {
  const tokens: Token[] = [];
  for (let at = 1; at < argument.length; at += 1) {
    const typed = `-${argument.charAt(at)}`;
    const flag = flags.get(typed);
    if (flag === undefined) throw unknownFlag(typed, flags, command);
    const rest = argument.slice(at + 1);
    if (rest.startsWith("=")) return [...tokens, { flag, typed, value: rest.slice(1) }];
    if (takesValue(flag.spec)) return [...tokens, { flag, typed, value: rest === "" ? take(typed) : rest }];
    tokens.push({ flag, typed, value: bareValue(flag.spec) ?? "" });
  }
  return tokens;
}

/** What a flag without a value means; undefined where it must have one. */
function bareValue(spec: OptionSpec): string | undefined {
  if (spec.type === "boolean") return "true";
  return spec.type === "choice" ? spec.bare : undefined;
}

function unknownFlag(typed: string, flags: FlagIndex, command: string | undefined): UsageError {
  const meant = typed.startsWith("--") ? nearest(typed, [...flags.keys(), ...negations(flags)]) : undefined;
  const help = command === undefined ? "gitops --help" : `gitops ${command} --help`;
  const where = command === undefined ? "" : ` for "gitops ${command}"`;
  return new UsageError(`unknown flag ${typed}${where}`, meant === undefined ? `${help} lists the flags` : `did you mean ${meant}?`);
}

function negations(flags: FlagIndex): string[] {
  return [...flags]
    .filter(([typed, { spec }]) => typed.startsWith("--") && spec.type === "boolean")
    .map(([typed]) => `--no-${typed.slice(2)}`);
}

/** A set and non-empty `GITOPS_<FLAG>` stands in for a flag that is not given; a list is separated by commas. */
function addEnvironment(given: Map<string, string[]>, table: OptionTable, environment: NodeJS.ProcessEnv): void {
  for (const [key, spec] of Object.entries(table)) {
    const name = environmentName(key);
    const text = environment[name];
    if (key === "help" || text === undefined || text === "" || given.has(key)) continue;
    const texts = spec.type === "list" ? text.split(",") : [text];
    for (const one of texts) parseOptionValue(spec, one, name);
    given.set(key, texts);
  }
}

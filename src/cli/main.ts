import { readCommandLine, type CommandLine } from "./argv.ts";
import { BUG_EXIT_STATUS } from "./bug-status.ts";
import type { Rendered, WriteSession } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { GLOBAL_OPTIONS, type GlobalOptions } from "./global-options.ts";
import { abortOnSignals } from "./interruption.ts";
import { invoke, readOptions } from "./invocation.ts";
import type { Emit } from "../engine/index.ts";
import { outputOf, type Output } from "./output-stream.ts";
import { describeTerminal, type Streams } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** The process that the command line runs in. */
export interface Host {
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly streams: Streams;
  /** Where signals come from. */
  readonly process: NodeJS.Process;
}

/** Starts the command line in this process: what `bin/gitops.js` loads. Ends the process. */
export async function start(version: string): Promise<void> {
  // A prototype that cannot be written to cannot be polluted by what a repository or a server sends.
  Object.freeze(Object.prototype);
  process.on("uncaughtException", endWithBug).on("unhandledRejection", endWithBug);
  const exitStatus = await main(process.argv.slice(2), { version, environment: process.env, streams: process, process });
  process.exitCode = exitStatus;
  // Everything is flushed: what still holds the event loop (idle connections, a watch that ends) need not be waited for.
  process.exit();
}

/**
 * Runs one command line. The only place that catches, prints results and errors, and decides the exit status.
 *
 * @param argv without the program and the script.
 * @returns the exit status, when everything is written.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const stdout = outputOf(host.streams.stdout);
  const stderr = outputOf(host.streams.stderr);
  const interruption = abortOnSignals(host.process, (line) => stderr.write(`${line}\n`));
  let exitStatus: number;
  try {
    const rendered = await run(argv, host, interruption.signal);
    stdout.write(rendered.text);
    if (rendered.note !== undefined) stderr.write(`${rendered.note}\n`);
    exitStatus = rendered.exitStatus;
    await explain(rendered, argv, host, stderr);
  } catch (error) {
    const { exitStatusOf } = await import("./exit-status.ts");
    exitStatus = exitStatusOf([error], interruption.signal);
    await explain({ text: "", exitStatus, failures: [error] }, argv, host, stderr);
  } finally {
    interruption.dispose();
  }
  return (await areFlushed(stdout, stderr)) ? exitStatus : DISK_FULL_STATUS;
}

/** A result that did not get out, such as on a full disk, must not look like one that did. */
const DISK_FULL_STATUS = 15;

async function areFlushed(stdout: Output, stderr: Output): Promise<boolean> {
  try {
    await Promise.all([stdout.flush(), stderr.flush()]);
    return true;
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : "";
    stderr.write(`error: the output cannot be written: ${String(code)}\n`);
    return false;
  }
}

async function run(argv: readonly string[], host: Host, signal: AbortSignal): Promise<Rendered> {
  const line = readCommandLine(argv, COMMANDS, host.environment);
  if (line.version) return { text: `gitops version ${host.version}\n`, exitStatus: 0 };
  if (line.command === undefined || line.help) {
    const { helpText } = await import("./program.ts");
    return { text: helpText(COMMANDS, line.command), exitStatus: 0 };
  }
  const invocation = invoke({ ...line, command: line.command });
  const globals = readOptions(GLOBAL_OPTIONS, line.given) as GlobalOptions;
  return invocation.command.run(invocation.input as never, openSession(globals, host, signal));
}

/** Ports and namespaces are opened when a command asks for them: what fails on the command line fails before any connection. */
function openSession(globals: GlobalOptions, host: Host, signal: AbortSignal): WriteSession {
  checkNamespace(globals.namespace);
  const terminal = describeTerminal(host.streams, host.environment, globals.color);
  let listener: Emit = () => undefined;
  const wiring = once(async () => {
    const { openWiring } = await import("./wiring.ts");
    return openWiring({ globals, environment: host.environment, terminal, version: host.version, emit: (event) => listener(event) });
  });
  const session: WriteSession = {
    version: host.version,
    commands: COMMANDS,
    terminal,
    globals,
    environment: host.environment,
    signal,
    engine: () => import("../engine/index.ts"),
    listen: (emit) => {
      listener = emit;
      return { signal, emit };
    },
    namespace: async () => globals.namespace ?? (await (await wiring()).namespace()),
    source: async (flags) => (await wiring()).source(flags),
    repository: async (typed) => (await wiring()).repository(typed),
    readers: async (flags) => (await wiring()).readers(flags),
    writers: async (flags) => (await wiring()).writers(flags),
    inContext: (name) => openSession({ ...globals, context: name }, host, signal),
    contexts: async () => (await wiring()).contexts(),
    appReaders: async (flags) => (await wiring()).appReaders(flags),
    appWriters: async (flags) => (await wiring()).appWriters(flags),
    doctor: async () => (await wiring()).doctor(),
    commits: async (flags) => (await wiring()).commits(flags),
    fleet: async (home) => (await wiring()).fleet(home),
    asking: async () => (await wiring()).asking(),
    expectedCluster: async () => (await wiring()).expectedCluster(),
    find: async (name, ports) => {
      const [{ findDelivery }, { parseDeliveryName }] = await Promise.all([session.engine(), import("./delivery-name.ts")]);
      const bare = parseDeliveryName(name);
      return findDelivery(bare, globals.namespace, await session.namespace(), ports, { signal, emit: listener });
    },
  };
  return session;
}

/** Warnings and failures, on stderr. */
async function explain(rendered: Rendered, argv: readonly string[], host: Host, stderr: Output): Promise<void> {
  const { failures = [], warnings = [], exitStatus } = rendered;
  if (failures.length === 0 && warnings.length === 0) return;
  const [{ renderDiagnostics, renderFailures }, { styleOf }] = await Promise.all([
    import("./output/failure.ts"),
    import("./output/style.ts"),
  ]);
  const given = givenOptions(argv, host.environment);
  const { stderrColor, unicode } = describeTerminal(host.streams, host.environment, given.color);
  stderr.write(renderDiagnostics(warnings));
  stderr.write(
    renderFailures(failures, exitStatus, { output: given.output, verbose: given.verbose, style: styleOf(stderrColor, unicode) }),
  );
}

interface GivenOptions {
  readonly output: "text" | "json";
  readonly verbose: boolean;
  readonly color: GlobalOptions["color"];
}

/** The flags that decide how an error is told; for a command line that cannot be read, as far as they can be seen in it. */
function givenOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): GivenOptions {
  let line: CommandLine | undefined;
  try {
    line = readCommandLine(argv, COMMANDS, environment);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  if (line === undefined) {
    const wantsJson = /(^|\0)(-[A-Za-z]*o[=\0]?|--output[=\0])json(\0|$)/.test(argv.join("\0"));
    return { output: wantsJson ? "json" : "text", verbose: false, color: "auto" };
  }
  const color = line.given.get("color")?.at(-1);
  return {
    output: line.given.get("output")?.at(-1) === "json" ? "json" : "text",
    verbose: !["0", "f", "F", "false", "FALSE", "False"].includes(line.given.get("verbose")?.at(-1) ?? "false"),
    color: color === "always" || color === "never" ? color : "auto",
  };
}

/** A namespace becomes a part of request paths, so nothing but a name that one can have gets through. */
function checkNamespace(namespace: string | undefined): void {
  if (namespace === undefined || (namespace.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(namespace))) return;
  throw new UsageError(`${JSON.stringify(namespace)} is no name for a namespace`, "lower-case letters, digits and - only, at most 63");
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

/** An error that escaped the one catch. Node's own status would be 1, which means "differences found". */
function endWithBug(error: unknown): void {
  const kind = error instanceof Error ? error.constructor.name : typeof error;
  const places = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  process.stderr.write(`error: this is a bug in gitops (${kind})\n${places.join("\n")}\n`);
  process.exit(BUG_EXIT_STATUS);
}

import { Command as CommanderCommand, Option } from "commander";
import type { ArgumentSpec, Command } from "./command.ts";
import { formatDuration } from "./duration.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { defaultValue, flagName, ofText, type OptionSpec, type OptionTable } from "./option.ts";

/** Commander's program over the table: it lays out the help. */
function buildProgram(commands: readonly Command[]): CommanderCommand {
  const program = prepared(new CommanderCommand("gitops"));
  program.description("Brings a Kubernetes cluster to what a Git repository says, shows the difference, and prunes what is gone.");
  program.usage("COMMAND [ARGUMENTS] [FLAGS]").helpCommand(false);
  for (const command of commands) addCommand(program, command);
  addOptions(program, GLOBAL_OPTIONS, "Flags of every command:");
  program.addOption(new Option("--version", "show the version of gitops").helpGroup("Flags of every command:"));
  addHelpOption(program, "Flags of every command:");
  program
    .commandsGroup("Commands:")
    .addHelpText("after", '\n"gitops help exit-codes" lists the exit statuses; every flag can be set as GITOPS_<FLAG> in the environment.');
  return program;
}

/** The help page of the program, or of one command. */
export function helpText(commands: readonly Command[], command: Command | undefined): string {
  const program = buildProgram(commands);
  const target = program.commands.find((candidate) => candidate.name() === command?.name) ?? program;
  let text = "";
  target.configureOutput({ writeOut: (part) => (text += part), getOutHasColors: () => false, getOutHelpWidth: () => 120 });
  target.outputHelp();
  return text;
}

/** The `[directory]` and `<name>` of a command's synopsis. */
function argumentTerm(name: string, spec: ArgumentSpec): string {
  const term = `${spec.choices === undefined ? flagName(name).toUpperCase() : spec.choices.join("|")}${spec.many === true ? "..." : ""}`;
  return spec.required === true ? term : `[${term}]`;
}

/** A flag as help shows it: `-n, --namespace NAMESPACE`, `--no-wait`. */
function optionTerm(key: string, spec: OptionSpec): string {
  const long = spec.type === "boolean" && spec.default === true ? `--[no-]${flagName(key)}` : `--${flagName(key)}`;
  const term = spec.short === undefined ? `    ${long}` : `-${spec.short}, ${long}`;
  const value = placeholder(spec);
  if (value === "") return term;
  return spec.type === "choice" && spec.bare !== undefined ? `${term}[=${value}]` : `${term} ${value}`;
}

/** The default of a flag as help shows it; "" where none is worth showing. */
function defaultText(spec: OptionSpec): string {
  const value = defaultValue(spec);
  if (value === undefined || value === false || Array.isArray(value)) return "";
  return spec.type === "duration" && typeof value === "number" ? formatDuration(value) : String(value);
}

function placeholder(spec: OptionSpec): string {
  switch (spec.type) {
    case "boolean":
      return "";
    case "string":
    case "list":
      return spec.placeholder;
    case "choice":
      return spec.placeholder ?? [...spec.choices, ...(spec.forms ?? []).map(ofText)].join("|");
    case "duration":
      return "DURATION";
    case "count":
      return "COUNT";
    case "bytes":
      return "BYTES";
  }
}

function addCommand(program: CommanderCommand, command: Command): void {
  const synopsis = Object.entries(command.arguments).map(([name, spec]) => argumentTerm(name, spec));
  const added = prepared(program.command(command.name));
  added
    .summary(command.summary)
    .description(command.description ?? `${command.summary}.`)
    .usage([...synopsis, "[FLAGS]"].join(" "))
    .allowExcessArguments(false);
  for (const [name, spec] of Object.entries(command.arguments)) {
    const term = `${flagName(name).toUpperCase()}${spec.many === true ? "..." : ""}`;
    added.argument(spec.required === true ? `<${term}>` : `[${term}]`, spec.description);
  }
  addOptions(added, command.options, "Flags:");
  addHelpOption(added, "Flags:");
  const examples = command.examples.map((example) => `  # ${example.explains}\n  ${example.command}\n`);
  const heading = examples.length > 0 ? `\nExamples:\n${examples.join("\n")}` : "";
  added.addHelpText(
    "after",
    `${heading}\nExit status: ${command.exitStatus}\n\n"gitops --help" lists the flags of every command, such as --namespace and --context.`,
  );
}

function addOptions(target: CommanderCommand, table: OptionTable, group: string): void {
  for (const [key, spec] of Object.entries(table)) {
    if (key === "help" || spec.hidden === true) continue;
    const short = spec.short === undefined ? "" : `-${spec.short}, `;
    const option = new Option(`${short}--${flagName(key)}${spec.type === "boolean" ? "" : " <value>"}`, spec.description);
    const shown = defaultText(spec);
    if (shown !== "" && spec.type !== "boolean") option.description = `${spec.description} (default ${shown})`;
    target.addOption(option.helpGroup(group));
    TERMS.set(option, optionTerm(key, spec));
  }
}

function addHelpOption(target: CommanderCommand, group: string): void {
  const option = new Option("-h, --help", GLOBAL_OPTIONS.help.description);
  target.addHelpOption(option.helpGroup(group));
}

/** How each of commander's options is shown: commander knows no choices with a bare meaning and no `--[no-]`. */
const TERMS = new WeakMap<Option, string>();

function prepared(command: CommanderCommand): CommanderCommand {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({
      optionTerm: (option) => TERMS.get(option) ?? (option.short === undefined ? `    ${option.flags}` : option.flags),
      subcommandTerm: (child) => child.name(),
    });
}

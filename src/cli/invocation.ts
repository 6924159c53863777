import type { CommandLine } from "./argv.ts";
import type { Command } from "./command.ts";
import { defaultValue, flagName, parseOptionValue, type AnyOptionValue, type OptionTable } from "./option.ts";
import { UsageError } from "./usage-error.ts";

/** Values of arguments and flags by name, as a command's own table types them. */
export type ReadValues = Readonly<Record<string, AnyOptionValue>>;

/** A command and what it was given. */
export interface Invocation {
  readonly command: Command;
  readonly input: ReadValues;
}

/** Gives arguments and flags to the command. Throws UsageError for missing and for surplus arguments. */
export function invoke(line: CommandLine & { readonly command: Command }): Invocation {
  const { command, positionals, given } = line;
  checkCount(command, positionals);
  return { command, input: { ...readArguments(command, positionals), ...readOptions(command.options, given) } };
}

/** Counts without commander: a program that is only to lay out help need not be loaded for it. */
function checkCount(command: Command, positionals: readonly string[]): void {
  const count = positionals.length;
  const specs = Object.entries(command.arguments);
  const hint = `gitops ${command.name} --help shows how it is called`;
  const [missing] = specs.find(([, spec], index) => spec.required === true && index >= count) ?? [];
  if (missing !== undefined) throw new UsageError(`missing required argument ${JSON.stringify(flagName(missing).toUpperCase())}`, hint);
  if (count <= specs.length || specs.at(-1)?.[1].many === true) return;
  const surplus = positionals.slice(specs.length).map((text) => JSON.stringify(text));
  throw new UsageError(`too many arguments for ${JSON.stringify(command.name)}: ${surplus.join(", ")}`, hint);
}

/** Values of a table of flags, defaults filled in. The texts were checked when the command line was read. */
export function readOptions(table: OptionTable, given: ReadonlyMap<string, readonly string[]>): ReadValues {
  const values: Record<string, AnyOptionValue> = {};
  for (const [key, spec] of Object.entries(table)) {
    const texts = given.get(key);
    const last = texts?.at(-1);
    if (texts === undefined || last === undefined) values[key] = defaultValue(spec);
    else values[key] = spec.type === "list" ? texts : parseOptionValue(spec, last, `--${flagName(key)}`);
  }
  return values;
}

/** Arguments by name, checked against their choices. */
function readArguments(command: Command, positionals: readonly string[]): ReadValues {
  const values: Record<string, AnyOptionValue> = {};
  for (const [index, [name, spec]] of Object.entries(command.arguments).entries()) {
    if (spec.many === true) {
      const rest = positionals.slice(index);
      for (const value of rest) spec.check?.(value);
      values[name] = rest;
      continue;
    }
    const value = positionals[index];
    if (value !== undefined && spec.choices !== undefined && !spec.choices.includes(value)) {
      throw new UsageError(`unknown ${name} ${JSON.stringify(value)}`, `it is one of ${spec.choices.join(", ")}`);
    }
    if (value !== undefined) spec.check?.(value);
    values[name] = value;
  }
  return values;
}

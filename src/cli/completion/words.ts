import type { Command } from "../command.ts";
import { GLOBAL_OPTIONS } from "../global-options.ts";
import { flagName, takesValue, type OptionSpec, type OptionTable } from "../option.ts";

/** One flag as a shell completes it. */
export interface FlagWord {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** What may follow; empty for free text. */
  readonly choices: readonly string[];
  /** Whether a file or folder may follow. */
  readonly isFile: boolean;
}

/** One command as a shell completes it. */
export interface CommandWord {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWord[];
  /** What each positional argument may be, in order: given words, a folder, or nothing known. */
  readonly positionals: readonly { readonly choices: readonly string[]; readonly isFolder: boolean }[];
}

/** The table of commands in the words of a shell. */
export function completionWords(commands: readonly Command[]): readonly CommandWord[] {
  return commands.map(({ name, summary, options, arguments: table }) => ({
    name,
    summary,
    flags: [...flagWords(options), ...flagWords(GLOBAL_OPTIONS)],
    positionals: Object.entries(table).map(([argument, { choices }]) => ({
      choices: choices ?? (argument === "topic" ? ["exit-codes", ...commands.map((command) => command.name)] : []),
      isFolder: argument === "directory",
    })),
  }));
}

/** The flags that are understood before any command. */
export function globalFlagWords(): readonly FlagWord[] {
  return flagWords(GLOBAL_OPTIONS);
}

function flagWords(table: OptionTable): FlagWord[] {
  return Object.entries(table).flatMap(([key, spec]) => {
    if (spec.hidden === true) return [];
    const long = flagName(key);
    const word = {
      short: spec.short,
      description: spec.description,
      takesValue: takesValue(spec),
      choices: choicesOf(spec),
      isFile: spec.type === "string" && spec.placeholder === "FILE",
    };
    // A flag that is on by default is only ever typed to turn it off.
    const isOn = spec.type === "boolean" && spec.default === true;
    return [isOn ? { ...word, long: `no-${long}`, short: undefined, description: `do not ${spec.description}` } : { ...word, long }];
  });
}

function choicesOf(spec: OptionSpec): readonly string[] {
  return spec.type === "choice" && spec.bare === undefined ? [...spec.choices, ...(spec.forms ?? [])] : [];
}

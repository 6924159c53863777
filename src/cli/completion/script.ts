import type { Command } from "../command.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { powershellCompletion } from "./powershell.ts";
import type { SHELLS } from "./shells.ts";
import { completionWords, type CommandWord } from "./words.ts";
import { zshCompletion } from "./zsh.ts";

type Shell = (typeof SHELLS)[number];

const GENERATORS: Readonly<Record<Shell, (commands: readonly CommandWord[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

/** Where `completions/` keeps the script of each shell, under the name that the shell looks for. */
export const COMPLETION_FILES: Readonly<Record<Shell, string>> = {
  bash: "gitops.bash",
  zsh: "_gitops",
  fish: "gitops.fish",
  powershell: "gitops.ps1",
};

/** The completion script of a shell, from the table of commands. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return GENERATORS[shell](completionWords(commands));
}

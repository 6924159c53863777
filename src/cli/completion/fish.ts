import { globalFlagWords, type CommandWord, type FlagWord } from "./words.ts";

/** The completion script for fish. */
export function fishCompletion(commands: readonly CommandWord[]): string {
  const global = globalFlagWords();
  const globalNames = new Set(global.map(({ long }) => long));
  const lines = [
    "# fish completion for gitops: gitops completion fish > ~/.config/fish/completions/gitops.fish",
    "complete -c gitops -f",
    `complete -c gitops -n __fish_use_subcommand -l version -d ${quote("show the version of gitops")}`,
    ...commands.map(({ name, summary }) => `complete -c gitops -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`),
    ...global.map((flag) => `complete -c gitops${flagWords(flag)}`),
    ...commands.flatMap((command) => {
      const when = `complete -c gitops -n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`;
      const words = command.positionals.flatMap(({ choices, isFolder }) => {
        if (isFolder) return [`${when} -a "(__fish_complete_directories)"`];
        return choices.length === 0 ? [] : [`${when} -a ${quote(choices.join(" "))}`];
      });
      return [...command.flags.filter(({ long }) => !globalNames.has(long)).map((flag) => `${when}${flagWords(flag)}`), ...words];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function flagWords({ long, short, description, takesValue, choices, isFile }: FlagWord): string {
  const value = !takesValue ? "" : isFile ? " -r -F" : choices.length > 0 ? ` -x -a ${quote(choices.join(" "))}` : " -x";
  return ` -l ${long}${short === undefined ? "" : ` -s ${short}`}${value} -d ${quote(description)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

import { globalFlagWords, type CommandWord, type FlagWord } from "./words.ts";

/** The completion script for bash, version 3.2 and later; needs no bash-completion package. */
export function bashCompletion(commands: readonly CommandWord[]): string {
  const flags = [...globalFlagWords(), ...commands.flatMap((command) => command.flags)];
  return `# bash completion for gitops: source <(gitops completion bash)
_gitops() {
  local current previous word command="" position=0 index
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${valuePattern(flags)}) index=$((index + 1)) ;;
      -*) ;;
      *) if [[ -z "$command" ]]; then command="$word"; else position=$((position + 1)); fi ;;
    esac
  done
  case "$previous" in
${choiceCases(flags)}
  esac
  case "$command" in
    "")
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${flagList(globalFlagWords())} --version" -- "$current"))
      else COMPREPLY=($(compgen -W "${commands.map((command) => command.name).join(" ")}" -- "$current")); fi ;;
${commands.map(commandCase).join("\n")}
  esac
}
complete -o default -F _gitops gitops
`;
}

function commandCase({ name, flags, positionals }: CommandWord): string {
  const cases = positionals.flatMap(({ choices, isFolder }, index) => {
    if (isFolder) return [`        ${index}) COMPREPLY=($(compgen -d -- "$current")) ;;`];
    return choices.length === 0 ? [] : [`        ${index}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current")) ;;`];
  });
  const words = cases.length === 0 ? "" : `\n      else case "$position" in\n${cases.join("\n")}\n      esac`;
  return `    ${name})
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${flagList(flags)}" -- "$current"))${words}
      fi ;;`;
}

function flagList(flags: readonly FlagWord[]): string {
  return flags.flatMap(({ long, short }) => (short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`])).join(" ");
}

function valuePattern(flags: readonly FlagWord[]): string {
  return typed(flags.filter((flag) => flag.takesValue)).join("|");
}

function choiceCases(flags: readonly FlagWord[]): string {
  const byFlag = new Map<string, Set<string>>();
  for (const flag of flags) {
    for (const text of flag.takesValue && !flag.isFile ? typed([flag]) : []) {
      byFlag.set(text, new Set([...(byFlag.get(text) ?? []), ...flag.choices]));
    }
  }
  return [...byFlag]
    .map(([text, choices]) => `    ${text}) COMPREPLY=($(compgen -W "${[...choices].join(" ")}" -- "$current")); return ;;`)
    .join("\n");
}

function typed(flags: readonly FlagWord[]): string[] {
  return [...new Set(flags.flatMap(({ long, short }) => (short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`])))];
}

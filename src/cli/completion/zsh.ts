import { globalFlagWords, type CommandWord, type FlagWord } from "./words.ts";

/** The completion script for zsh; put into the fpath as `_gitops`, or sourced. */
export function zshCompletion(commands: readonly CommandWord[]): string {
  return `#compdef gitops
# zsh completion for gitops: source <(gitops completion zsh), or gitops completion zsh > "\${fpath[1]}/_gitops"
_gitops() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C -s -S \\
${globalFlagWords().flatMap(flagSpecs).map(argument).join("")}    '--version[show the version of gitops]' \\
    '1: :->command' \\
    '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map(({ name, summary }) => `        ${quote(`${name}:${summary}`)}\n`).join("")}      )
      _describe 'command' commands ;;
    arguments)
      case $line[1] in
${commands.map(commandCase).join("")}      esac ;;
  esac
}
if [ "$funcstack[1]" = "_gitops" ]; then _gitops "$@"; else compdef _gitops gitops; fi
`;
}

function commandCase({ name, flags, positionals }: CommandWord): string {
  const places = positionals.map(({ choices, isFolder }, index) => {
    const action = isFolder ? "_files -/" : choices.length > 0 ? `(${choices.join(" ")})` : "";
    return quote(`${index + 1}: :${action}`);
  });
  const specs = [...flags.flatMap(flagSpecs), ...places];
  return `        ${name})
          _arguments -s -S \\
${specs.map((spec, index) => `            ${spec}${index + 1 < specs.length ? " \\" : ""}\n`).join("")}          ;;
`;
}

function flagSpecs({ long, short, description, takesValue, choices, isFile }: FlagWord): string[] {
  const action = isFile ? "_files" : choices.length > 0 ? `(${choices.join(" ")})` : "";
  const value = takesValue ? `:${long}:${action}` : "";
  const text = `[${description.replaceAll(/[[\]:]/g, "\\$&")}]`;
  const forms = [`--${long}${takesValue ? "=" : ""}`, ...(short === undefined ? [] : [`-${short}${takesValue ? "+" : ""}`])];
  return forms.map((form) => quote(`*${form}${text}${value}`));
}

function argument(spec: string): string {
  return `    ${spec} \\\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

import { globalFlagWords, type CommandWord, type FlagWord } from "./words.ts";

/** The completion script for PowerShell 5 and later. */
export function powershellCompletion(commands: readonly CommandWord[]): string {
  return `# PowerShell completion for gitops: gitops completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName gitops -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = [ordered]@{
${commands.map(({ name, summary }) => `    ${quote(name)} = ${quote(summary)}\n`).join("")}  }
  $flags = @{
    '' = ${flagTable(globalFlagWords())}
${commands.map(({ name, flags }) => `    ${quote(name)} = ${flagTable(flags)}\n`).join("")}  }
  $choices = @{
${choiceEntries(commands)}  }
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '') { $before = @($words | Select-Object -SkipLast 1) } else { $before = $words }
  $command = @($before | Where-Object { $commands.Contains($_) } | Select-Object -First 1)
  $command = if ($command.Count -gt 0) { $command[0] } else { '' }
  $last = if ($before.Count -gt 0) { $before[-1] } else { '' }
  $candidates = [ordered]@{}
  if ($choices.ContainsKey("$command $last")) { foreach ($choice in $choices["$command $last"]) { $candidates[$choice] = $choice } }
  elseif ($wordToComplete.StartsWith('-')) { foreach ($flag in $flags[$command].Keys) { $candidates[$flag] = $flags[$command][$flag] } }
  elseif ($command -eq '') { $candidates = $commands }
  foreach ($candidate in $candidates.Keys) {
    if ($candidate.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($candidate, $candidate, 'ParameterValue', $candidates[$candidate])
    }
  }
}
`;
}

function flagTable(flags: readonly FlagWord[]): string {
  return `[ordered]@{ ${flags.map(({ long, description }) => `${quote(`--${long}`)} = ${quote(description)}`).join("; ")} }`;
}

/** What may follow a flag, or a command whose first argument is one of given words. */
function choiceEntries(commands: readonly CommandWord[]): string {
  return commands
    .flatMap(({ name, flags, positionals }) => {
      const afterFlag = flags
        .filter(({ choices }) => choices.length > 0)
        .flatMap(({ long, short, choices }) =>
          [`--${long}`, ...(short === undefined ? [] : [`-${short}`])].map((typed) => entry(`${name} ${typed}`, choices)),
        );
      const first = positionals[0]?.choices ?? [];
      return first.length === 0 ? afterFlag : [...afterFlag, entry(`${name} ${name}`, first)];
    })
    .join("");
}

function entry(key: string, choices: readonly string[]): string {
  return `    ${quote(key)} = @(${choices.map(quote).join(", ")})\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

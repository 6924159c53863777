import { defineCommand } from "../command.ts";
import { SHELLS } from "../completion/shells.ts";

export const completionCommand = defineCommand({
  name: "completion",
  summary: "print the completion script of a shell",
  arguments: { shell: { description: "which shell", required: true, choices: SHELLS } },
  options: {},
  access: "none",
  exitStatus: "0 done, 2 unknown shell",
  examples: [
    { command: "source <(gitops completion bash)", explains: "bash, for this session" },
    { command: "gitops completion fish > ~/.config/fish/completions/gitops.fish", explains: "fish, from now on" },
  ],
  async run({ shell }, { commands }) {
    const { completionScript } = await import("../completion/script.ts");
    return { text: completionScript(shell, commands), exitStatus: 0 };
  },
});

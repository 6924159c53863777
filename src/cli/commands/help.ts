import { defineCommand } from "../command.ts";
import { nearest } from "../nearest.ts";
import { UsageError } from "../usage-error.ts";

export const helpCommand = defineCommand({
  name: "help",
  summary: "show help on a command or a topic",
  arguments: { topic: { description: "a command, or exit-codes" } },
  options: {},
  access: "none",
  exitStatus: "0 done, 2 unknown topic",
  examples: [{ command: "gitops help exit-codes", explains: "what each exit status means" }],
  async run({ topic }, { commands }) {
    const { helpText } = await import("../program.ts");
    if (topic === undefined) return { text: helpText(commands, undefined), exitStatus: 0 };
    if (topic === "exit-codes") {
      const { exitCodesHelp } = await import("../output/exit-codes.ts");
      return { text: exitCodesHelp(), exitStatus: 0 };
    }
    const command = commands.find((candidate) => candidate.name === topic);
    if (command !== undefined) return { text: helpText(commands, command), exitStatus: 0 };
    const meant = nearest(topic, ["exit-codes", ...commands.map((candidate) => candidate.name)]);
    throw new UsageError(
      `there is no help on ${JSON.stringify(topic)}`,
      meant === undefined ? "gitops help lists the commands" : `did you mean "gitops help ${meant}"?`,
    );
  },
});

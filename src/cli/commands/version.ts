import { defineCommand } from "../command.ts";

export const versionCommand = defineCommand({
  name: "version",
  summary: "show the version of gitops and of what it runs on",
  arguments: {},
  options: { output: { type: "choice", short: "o", choices: ["json"], description: "a document in place of text" } },
  access: "none",
  exitStatus: "0",
  examples: [{ command: "gitops version -o json", explains: "for a program" }],
  async run({ output }, { version }) {
    const node = process.version;
    const platform = `${process.platform}/${process.arch}`;
    const document = { apiVersion: "cli.gitops/v1", kind: "Version", version, node, platform };
    const text =
      output === "json" ? `${JSON.stringify(document, undefined, 2)}\n` : `gitops version ${version}\nnode ${node} ${platform}\n`;
    return { text, exitStatus: 0 };
  },
});

import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";

export const traceCommand = defineCommand({
  name: "trace",
  summary: "show where an object comes from: what it was made for, who delivers it, and from which source",
  arguments: { words: { description: "KIND/NAME or KIND NAME of any object, as kubectl reads it: deploy/web, pod web-1", many: true } },
  options: { output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of text" } },
  access: "read",
  exitStatus: "0 shown, also where nobody delivers it; 11 no such kind, 12 no such object",
  examples: [{ command: "gitops trace deploy/web -n shop", explains: "which Kustomization, of which commit of which repository" }],
  async run(input, session) {
    const [kind, name] = kindAndName(input.words);
    const [{ traceObject }, { openProgress }, { renderTrace }] = await Promise.all([
      session.engine(),
      import("../output/progress.ts"),
      import("../output/trace.ts"),
    ]);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const links = await traceObject(kind, name, await session.namespace(), ports, context);
    const isDelivered = links.some(({ type }) => type === "delivery");
    const note = isDelivered ? {} : { note: "no delivery that is known here owns it" };
    return { text: renderTrace(links, input.output), exitStatus: 0, ...note };
  },
});

function kindAndName(words: readonly string[]): readonly [string, string] {
  const [first = "", second, third] = words;
  const [kind = "", name = "", more] = second === undefined ? first.split("/") : [first, second];
  if (kind === "" || name === "" || more !== undefined || third !== undefined)
    throw new UsageError("which object?", "write it as KIND/NAME, such as gitops trace deploy/web");
  if (!/^[a-zA-Z0-9:][a-zA-Z0-9:._-]*$/.test(name) || name.length > 253)
    throw new UsageError(`${JSON.stringify(name)} is no name for an object`, "letters, digits, -, . and : only");
  return [kind, name];
}

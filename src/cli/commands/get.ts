import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { SURROUNDINGS_OPTIONS } from "./delivery-options.ts";
import { parseDeliveryName } from "../delivery-name.ts";

export const getCommand = defineCommand({
  name: "get",
  summary: "show what a delivery owns, with the sync state and the health of each object",
  description: "Shows one delivery and its objects. Without a name it lists the deliveries of the namespace, or of all with -A.",
  arguments: { name: { description: "[KIND/]NAME of the delivery; all of the namespace where left out", check: parseDeliveryName } },
  options: {
    allNamespaces: { type: "boolean", short: "A", description: "deliveries of all namespaces" },
    output: {
      type: "choice",
      short: "o",
      choices: ["wide", "name", "json", "yaml"],
      description: "more columns, names only, or a document",
    },
    watch: { type: "boolean", short: "w", description: "show changes as they happen" },
    ...SURROUNDINGS_OPTIONS,
    headers: { type: "boolean", default: true, description: "print the header line of a table" },
  },
  access: "read",
  exitStatus: "0 whatever the health; 12 no such delivery",
  examples: [
    { command: "gitops get shop", explains: "one delivery" },
    { command: "gitops get -A -o wide", explains: "all deliveries" },
    { command: "gitops get shop -w -o json", explains: "a JSON line for each change" },
  ],
  async run(input, session) {
    const [engine, { surroundingsFlags }, { renderDelivery, renderDeliveries }, { watchOutput }, { openProgress }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../output/status.ts"),
      import("../output/watch.ts"),
      import("../output/progress.ts"),
    ]);
    if (input.watch && input.name === undefined) throw new UsageError("--watch needs the name of a delivery", "gitops get NAME -w");
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({ surroundings: surroundingsFlags(input) });
    const style = { output: input.output, headers: input.headers, now: ports.clock.now() };
    if (input.name === undefined) {
      const namespace = input.allNamespaces ? undefined : await session.namespace();
      return renderDeliveries(await engine.listDeliveries(namespace, ports, context), style, namespace);
    }
    const ref = await session.find(input.name, ports);
    if (!input.watch) return renderDelivery(await engine.getDelivery(ref, ports, context), style);
    await watchOutput((signal) => engine.watchDelivery(ref, ports, { ...context, signal }), session, input, ports.clock);
    return { text: "", exitStatus: 0 };
  },
});

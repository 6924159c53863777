import { defineCommand } from "../command.ts";

export const eventsCommand = defineCommand({
  name: "events",
  summary: "show the Events of a delivery, its source, its objects and what was made for them",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true } },
  options: {
    types: { type: "list", placeholder: "TYPE", description: "only Events of this type, Normal or Warning; may be repeated" },
    watch: { type: "boolean", short: "w", description: "go on with those that come" },
    output: { type: "choice", short: "o", choices: ["json"], description: "one JSON object a line" },
    headers: { type: "boolean", default: true, description: "print the header line" },
  },
  access: "read",
  exitStatus: "0 whatever they say; 5 more than one of that name, 12 no such delivery",
  examples: [
    { command: "gitops events ks/apps", explains: "what happened lately, the newest last" },
    { command: "gitops events shop -w --types Warning", explains: "what goes wrong from now on" },
  ],
  async run(input, session) {
    const [{ listEvents, watchEvents }, { findDelivery }, { parseAddress }, { openProgress }, { renderEvents }, { printWhileRead }] =
      await Promise.all([
        session.engine(),
        import("../find-delivery.ts"),
        import("../get-target.ts"),
        import("../output/progress.ts"),
        import("../output/events.ts"),
        import("../output/watch.ts"),
      ]);
    const target = parseAddress(input.name);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const found = await findDelivery(target, session, ports, context);
    const format = { ...input, now: () => ports.clock.now() };
    if (!input.watch) {
      const text = renderEvents(await listEvents(found, ports, context), format, true);
      return text === "" ? { text, note: "no Events; the cluster keeps them for about an hour", exitStatus: 0 } : { text, exitStatus: 0 };
    }
    let isFirst = true;
    await printWhileRead(
      (signal) => watchEvents(found, ports, { ...context, signal }),
      (events) => {
        const text = renderEvents(events, format, isFirst);
        isFirst &&= text === "";
        return text;
      },
      session,
    );
    return { text: "", exitStatus: 0 };
  },
});

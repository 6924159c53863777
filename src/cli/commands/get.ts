import { defineCommand, type ReadSession, type Rendered } from "../command.ts";
import { DOCUMENT_FORMS } from "../output/format-forms.ts";
import { CONTEXTS_OPTION, SURROUNDINGS_OPTIONS } from "./delivery-options.ts";
import type { OptionTable, OptionValues } from "../option.ts";
import { UsageError } from "../usage-error.ts";
import { STATUS_WORDS } from "../status-filter.ts";

const OPTIONS = {
  allNamespaces: { type: "boolean", short: "A", description: "of all namespaces" },
  selector: { type: "string", short: "l", placeholder: "SELECTOR", description: "those with these labels, such as team=shop" },
  status: { type: "choice", choices: STATUS_WORDS, placeholder: "STATUS", description: `only those: ${STATUS_WORDS.join(", ")}` },
  statusSelector: {
    type: "string",
    placeholder: "SELECTOR",
    description: "as flux: ready=true, ready=false, ready=unknown",
    hidden: true,
  },
  output: {
    type: "choice",
    short: "o",
    choices: ["wide", "name", "json", "yaml"],
    forms: DOCUMENT_FORMS,
    placeholder: "FORMAT",
    description: "wide, name, json, yaml, jsonpath=TEMPLATE or custom-columns=HEADER:PATH,…, as kubectl has them",
  },
  contexts: CONTEXTS_OPTION,
  watch: { type: "boolean", short: "w", description: "show changes as they happen" },
  ...SURROUNDINGS_OPTIONS,
  headers: { type: "boolean", default: true, description: "print the header line of a table" },
} as const satisfies OptionTable;

export const getCommand = defineCommand({
  name: "get",
  summary: "show deliveries and sources, or one delivery with the sync state and the health of each of its objects",
  description:
    "Without words it lists the deliveries of the namespace, or of all with -A, whoever delivers them. With NAME it shows one delivery " +
    "and its objects. With KIND it lists the objects of a kind in the columns of flux: ks, hr, source, gitrepo …, or all.",
  arguments: { words: { description: "[KIND/]NAME of a delivery, or KIND [NAME...], such as ks, source git, all", many: true } },
  options: OPTIONS,
  access: "read",
  exitStatus: "0 whatever the health; 5 more than one of that name, 12 no such delivery",
  examples: [
    { command: "gitops get shop", explains: "one delivery" },
    { command: "gitops get -A -o wide", explains: "all deliveries" },
    { command: "gitops get ks -A --status failed", explains: "the Kustomizations that failed" },
    { command: "gitops get shop -w -o json", explains: "a JSON line for each change" },
  ],
  async run(input, session) {
    const { contexts, ...own } = input;
    if (contexts === undefined) return showWanted(own, session);
    if (input.watch) throw new UsageError("--watch and --contexts exclude each other", "watch one context with --context");
    const { runInContexts } = await import("../in-contexts.ts");
    const output = own.output === "yaml" ? "json" : own.output;
    return runInContexts(contexts, own.output, session, (inContext) => showWanted({ ...own, output }, inContext));
  },
});

type GetInput = Omit<OptionValues<typeof OPTIONS>, "contexts"> & { readonly words: readonly string[] };

async function showWanted(input: GetInput, session: ReadSession): Promise<Rendered> {
  const [
    { parseGetTarget },
    { showDeliveries, showDelivery },
    { showKinds },
    { statusFilter },
    { openProgress },
    { checkFormat },
    { surroundingsFlags },
  ] = await Promise.all([
    import("../get-target.ts"),
    import("../show-deliveries.ts"),
    import("../show-kinds.ts"),
    import("../status-filter.ts"),
    import("../output/progress.ts"),
    import("../output/documents.ts"),
    import("../delivery-request.ts"),
  ]);
  const target = parseGetTarget(input.words);
  const filter = statusFilter(input.status, input.statusSelector);
  checkFormat(input.output);
  const progress = await openProgress(session);
  const context = session.listen(progress.emit);
  const ports = await session.readers({ surroundings: surroundingsFlags(input) });
  const showing = { input, session, ports, context, filter };
  switch (target.type) {
    case "deliveries":
      return showDeliveries(showing);
    case "delivery":
      return showDelivery(target, showing);
    case "kinds":
      return showKinds(target, showing);
  }
}

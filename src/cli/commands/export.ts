import { defineCommand } from "../command.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "print delivery objects and sources as YAML, as they would be written into a file",
  description: "Without status and without what the server adds. Secrets that they name are not read.",
  arguments: { words: { description: "KIND [NAME...], such as ks, source git, all; all kinds where left out", many: true } },
  options: {
    allNamespaces: { type: "boolean", short: "A", description: "of all namespaces" },
    selector: { type: "string", short: "l", placeholder: "SELECTOR", description: "those with these labels, such as team=shop" },
    output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "YAML where left out" },
  },
  access: "read",
  exitStatus: "0 printed, 12 no object of that name",
  examples: [
    { command: "gitops export ks shop", explains: "one Kustomization" },
    { command: "gitops export -A > flux.yaml", explains: "everything" },
  ],
  async run(input, session) {
    const [{ exportObjects, stringAt, DIALECT_KINDS, GitOpsError }, { parseObjectWords }, { openProgress }, { renderExport }] =
      await Promise.all([session.engine(), import("../object-words.ts"), import("../output/progress.ts"), import("../output/export.ts")]);
    const { kinds, names } = input.words.length === 0 ? { kinds: DIALECT_KINDS, names: [] } : parseObjectWords(input.words);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const namespace = input.allNamespaces ? undefined : await session.namespace();
    const all = await exportObjects(kinds, { namespace, labelSelector: input.selector ?? "" }, ports, context);
    const isNamed = (object: (typeof all)[number], { kinds: meant, name }: (typeof names)[number]): boolean =>
      stringAt(object, "metadata", "name") === name && meant.some(({ kind }) => kind.kind === stringAt(object, "kind"));
    for (const one of names)
      if (!all.some((object) => isNamed(object, one)))
        throw new GitOpsError(
          "DELIVERY_NOT_FOUND",
          `nothing named ${one.name} ${namespace === undefined ? "in any namespace" : `in the namespace ${namespace}`}`,
          {
            hint: "gitops get all -A lists all",
            data: { delivery: one.name },
          },
        );
    const chosen = names.length === 0 ? all : all.filter((object) => names.some((one) => isNamed(object, one)));
    return chosen.length === 0
      ? { text: "", note: "nothing to export", exitStatus: 0 }
      : { text: renderExport(chosen, input.output), exitStatus: 0 };
  },
});

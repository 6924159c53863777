import { readYaml } from "../../../yaml/read.ts";
import type { RawFieldSpec } from "../decode/kustomization.ts";
import { below, buildFailure } from "../fail.ts";
import { fieldSpecOf } from "../field-specs/field-spec.ts";
import { generate } from "../generators/generate.ts";
import { addHashSuffixes } from "../generators/hash.ts";
import { Resource, type ResourceOrigin } from "../resources/resource.ts";
import { compileSelector, selectResources } from "../resources/selector.ts";
import { replacementSteps, setImages } from "../steps/field-steps.ts";
import { jsonPatchStep, patchStep, strategicMergeStep } from "../steps/patch-steps.ts";
import { loadedFile, type StepContext, type TransformStep } from "../steps/step.ts";
import { transformKeyValues } from "../transformers/key-values.ts";
import { type Affix, transformAffix } from "../transformers/name-affix.ts";
import { type SubjectMode, transformNamespace } from "../transformers/namespace.ts";
import { transformReplicas } from "../transformers/replicas.ts";
import { addValue } from "../transformers/value-add.ts";
import type { PluginConfig } from "../load/loaded.ts";
import { type PluginKind, PLUGINS, valueTargetsFile } from "./plugin-config.ts";

type Config<K extends PluginKind> = ReturnType<(typeof PLUGINS)[K]>;

function configOf<K extends PluginKind>(kind: K, { resource }: PluginConfig): Config<K> {
  // Each decoder gives what its own kind promises; the table is indexed by one kind at a time.
  return PLUGINS[kind](resource.object, { ...resource.origin, path: kind, strict: false }) as Config<K>;
}

function specsOf(specs: readonly RawFieldSpec[] | undefined) {
  return (specs ?? []).map(fieldSpecOf);
}

/** What a transformer plugin does. Throws BUILD_FAILED. */
export function pluginStep(shared: StepContext, plugin: PluginConfig): TransformStep {
  const { kind, resource } = plugin;
  const label = `${kind} ${resource.name}`;
  const context = { ...shared, file: resource.origin.file, spot: spotsOf(resource.origin, label) };
  const step = (run: TransformStep["run"]): TransformStep => ({ ...named(plugin), run });
  switch (kind) {
    case "AnnotationsTransformer": {
      const { annotations = new Map<string, string>(), fieldSpecs } = configOf(kind, plugin);
      return step((resources) => transformKeyValues(resources.all, annotations, specsOf(fieldSpecs)));
    }
    case "LabelTransformer": {
      const { labels = new Map<string, string>(), fieldSpecs } = configOf(kind, plugin);
      return step((resources) => transformKeyValues(resources.all, labels, specsOf(fieldSpecs)));
    }
    case "HashTransformer":
      return step(addHashSuffixes);
    case "ImageTagTransformer": {
      const { imageTag = {}, fieldSpecs } = configOf(kind, plugin);
      const spot = below(resource.origin, "imageTag");
      return step((resources) => setImages(context, resources, [{ label, spot, entry: imageTag }], specsOf(fieldSpecs)));
    }
    case "NamespaceTransformer":
      return namespaceStep(plugin);
    case "PatchJson6902Transformer": {
      const { jsonOp, ...entry } = configOf(kind, plugin);
      return jsonPatchStep(context, { ...entry, operations: jsonOp }, label);
    }
    case "PatchStrategicMergeTransformer": {
      const { paths = [], patches = "" } = configOf(kind, plugin);
      return strategicMergeStep(context, [...paths, ...(patches === "" ? [] : [`${patches}\n`])], label);
    }
    case "PatchTransformer":
      return patchStep(context, configOf(kind, plugin), label);
    case "PrefixTransformer":
    case "SuffixTransformer":
    case "PrefixSuffixTransformer":
      return affixStep(plugin);
    case "ReplacementTransformer":
      return replacementSteps(context, configOf(kind, plugin).replacements ?? [])[0] ?? step(() => undefined);
    case "ReplicaCountTransformer": {
      const { replica = {}, fieldSpecs } = configOf(kind, plugin);
      return step((resources) =>
        transformReplicas({ ...resource.origin, field: "/replica/name" }, resources, [replica], specsOf(fieldSpecs)),
      );
    }
    case "ValueAddTransformer":
      return valueStep(shared, plugin);
    default:
      throw buildFailure({ ...resource.origin, field: "/kind" }, `unable to load builtin ${kind}`);
  }
}

/** Where the fields of a plugin's configuration stand; messages begin their paths with its label. */
function spotsOf(origin: ResourceOrigin, label: string): StepContext["spot"] {
  return (path) => below(origin, path.startsWith(label) ? path.slice(label.length).replace(/^\./, "") : path);
}

function named({ kind, resource }: PluginConfig): Omit<TransformStep, "run"> {
  return { name: kind, label: `${kind} ${resource.name}`, spot: resource.origin };
}

function namespaceStep(plugin: PluginConfig): TransformStep {
  const { metadata = {}, fieldSpecs, unsetOnly = false, setRoleBindingSubjects = "" } = configOf("NamespaceTransformer", plugin);
  const subjects = subjectMode(setRoleBindingSubjects);
  if (subjects === undefined) {
    throw buildFailure(
      { ...plugin.resource.origin, field: "/setRoleBindingSubjects" },
      "setRoleBindingSubjects is not known; expected defaultOnly, allServiceAccounts or none",
    );
  }
  const options = { namespace: metadata.namespace ?? "", specs: specsOf(fieldSpecs), subjects, unsetOnly };
  return { ...named(plugin), run: (resources) => transformNamespace(resources, options) };
}

function subjectMode(text: string): SubjectMode | undefined {
  if (text === "") return "defaultOnly";
  return text === "defaultOnly" || text === "allServiceAccounts" || text === "none" ? text : undefined;
}

function affixStep(plugin: PluginConfig): TransformStep {
  const { prefix = "", suffix = "", fieldSpecs } = configOf("PrefixSuffixTransformer", plugin);
  if (fieldSpecs === undefined) throw buildFailure(plugin.resource.origin, `${plugin.kind}: fieldSpecs is not expected to be nil`);
  const specs = specsOf(fieldSpecs);
  const affixes: Affix[] = [];
  if (plugin.kind !== "SuffixTransformer") affixes.push({ side: "prefix", text: prefix, specs });
  if (plugin.kind !== "PrefixTransformer") affixes.push({ side: "suffix", text: suffix, specs });
  return {
    ...named(plugin),
    run: (resources) => {
      for (const affix of affixes) transformAffix(resources, affix);
    },
  };
}

function valueStep(context: StepContext, plugin: PluginConfig): TransformStep {
  const { value = "", targets = [], targetFilePath = "" } = configOf("ValueAddTransformer", plugin);
  const { origin } = plugin.resource;
  const all = targetFilePath === "" ? targets : [...targets, ...targetsIn(context, targetFilePath)];
  if (all.length === 0) throw buildFailure(origin, "must specify at least one target");
  if (all.some(({ fieldPath = "" }) => fieldPath === "")) throw buildFailure(origin, "fieldPath cannot be empty");
  const folder = context.file.split("/").at(-2) ?? "";
  const added = value.trim() === "" ? folder : value.trim();
  return {
    ...named(plugin),
    run: (resources) => {
      for (const { selector, fieldPath = "", filePathPosition = 0 } of all) {
        const selected =
          selector === undefined ? resources.all : selectResources(resources.all, compileSelector(origin, "selector", selector));
        for (const resource of selected) addValue(resource, added, { fieldPath, filePathPosition });
      }
      resources.renamed();
    },
  };
}

function targetsIn(context: StepContext, entry: string) {
  const { path: file, bytes } = loadedFile(context, entry);
  const [document] = readYaml(bytes, { file, dialect: "kustomization", budget: context.session.options.budget, afterEnd: "dropped" });
  return valueTargetsFile(document?.value ?? {}, { file, path: "", strict: false }).targets ?? [];
}

/** The resource that a generator plugin makes. Throws BUILD_FAILED. */
export function pluginResource(context: StepContext, plugin: PluginConfig): Resource {
  const { origin } = plugin.resource;
  if (plugin.kind === "IAMPolicyGenerator") return policyOf(context, plugin);
  const isSecret = plugin.kind === "SecretGenerator";
  const { metadata = {}, ...args } = configOf(isSecret ? "SecretGenerator" : "ConfigMapGenerator", plugin);
  const named = { ...args, name: args.name ?? metadata.name, namespace: args.namespace ?? metadata.namespace };
  const readFile = (entry: string) => loadedFile(context, entry).bytes;
  return generate(
    { kind: isSecret ? "Secret" : "ConfigMap", spot: origin, arguments: named, options: undefined, readFile },
    context.schema,
  );
}

/** A service account that Google's cloud binds to one of its own. */
function policyOf(context: StepContext, plugin: PluginConfig): Resource {
  const { cloud = "", kubernetesService = {}, serviceAccount = {} } = configOf("IAMPolicyGenerator", plugin);
  const { origin } = plugin.resource;
  if (cloud !== "gke") throw buildFailure({ ...origin, field: "/cloud" }, "IAMPolicyGenerator: the cloud is not supported; expected gke");
  const account = `${serviceAccount.name ?? ""}@${serviceAccount.projectId ?? ""}.iam.gserviceaccount.com`;
  const { name = "", namespace = "" } = kubernetesService;
  const metadata = { annotations: { "iam.gke.io/gcp-service-account": account }, name, ...(namespace === "" ? {} : { namespace }) };
  return new Resource({ apiVersion: "v1", kind: "ServiceAccount", metadata }, origin, context.schema);
}

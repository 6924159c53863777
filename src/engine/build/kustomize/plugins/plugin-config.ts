import { chartPlugin } from "../charts/chart-config.ts";
import { flag, integer, listOf, struct, text, textMap } from "../decode/decoder.ts";
import { fieldSpec, generatorFields, image, patch, replacement, replica, selector } from "../decode/kustomization.ts";

const metadata = struct({ name: text, namespace: text });
const fieldSpecs = listOf(fieldSpec);
const valueTargets = listOf(struct({ selector, fieldPath: text, filePathPosition: integer }));

/** What the configuration of each built-in plugin may say; other fields are passed over, as in kustomize. */
export const PLUGINS = {
  AnnotationsTransformer: struct({ annotations: textMap, fieldSpecs }),
  ConfigMapGenerator: struct({ metadata, ...generatorFields }),
  HashTransformer: struct({}),
  HelmChartInflationGenerator: chartPlugin,
  IAMPolicyGenerator: struct({
    cloud: text,
    kubernetesService: struct({ namespace: text, name: text }),
    serviceAccount: struct({ name: text, projectId: text }),
  }),
  ImageTagTransformer: struct({ imageTag: image, fieldSpecs }),
  LabelTransformer: struct({ labels: textMap, fieldSpecs }),
  NamespaceTransformer: struct({ metadata, fieldSpecs, unsetOnly: flag, setRoleBindingSubjects: text }),
  PatchJson6902Transformer: struct({ target: selector, path: text, jsonOp: text }),
  PatchStrategicMergeTransformer: struct({ paths: listOf(text), patches: text }),
  PatchTransformer: patch,
  PrefixSuffixTransformer: struct({ prefix: text, suffix: text, fieldSpecs }),
  PrefixTransformer: struct({ prefix: text, fieldSpecs }),
  ReplacementTransformer: struct({ replacements: listOf(replacement) }),
  ReplicaCountTransformer: struct({ replica, fieldSpecs }),
  SecretGenerator: struct({ metadata, ...generatorFields }),
  SuffixTransformer: struct({ suffix: text, fieldSpecs }),
  ValueAddTransformer: struct({ value: text, targets: valueTargets, targetFilePath: text }),
} as const;

/** A built-in plugin that this version runs. */
export type PluginKind = keyof typeof PLUGINS;

/** Reads the file of targets of a ValueAddTransformer. */
export const valueTargetsFile = struct({ targets: valueTargets });

/** Whether a kind names a built-in plugin. */
export function isPluginKind(kind: string): kind is PluginKind {
  return Object.hasOwn(PLUGINS, kind);
}

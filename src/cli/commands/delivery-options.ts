import type { OptionTable, OptionValues } from "../option.ts";
import { checkDeliveryAddress, parseDeliveryName } from "../delivery-name.ts";

/** Where the desired state lies. */
export const SOURCE_OPTIONS = {
  repo: { type: "string", placeholder: "URL", description: "Git repository: https, ssh, user@host:path, file or a local path" },
  ref: {
    type: "string",
    placeholder: "REF",
    description: "branch, tag, commit, or semver:RANGE for the highest tag in it; the repository's default branch where left out",
  },
  path: { type: "string", placeholder: "PATH", description: "folder of the repository to build" },
  gitTokenFile: { type: "string", placeholder: "FILE", description: "file that holds the token for the Git server" },
} as const satisfies OptionTable;

/** How files become manifests. */
export const BUILD_OPTIONS = {
  loadRestrictor: {
    type: "choice",
    choices: ["LoadRestrictionsRootOnly", "LoadRestrictionsNone"],
    placeholder: "RULE",
    default: "LoadRestrictionsRootOnly",
    description: "LoadRestrictionsNone lets a kustomization name files outside its own folder (never outside the repository)",
  },
  strict: { type: "boolean", description: "treat what is only warned about as an error, such as a patch whose target matches nothing" },
  maxFileSize: { type: "bytes", description: "largest file that is read; 32Mi where left out" },
  maxBuildSize: { type: "bytes", description: "most that one build reads; 256Mi where left out" },
  maxDocuments: { type: "count", description: "most documents of one build; 20000 where left out" },
  maxDepth: { type: "count", description: "deepest nesting of a document; 100 where left out" },
  maxNodes: { type: "count", description: "most values of one build, aliases expanded; 1000000 where left out" },
  maxBases: { type: "count", description: "deepest nesting of bases; 64 where left out" },
  buildTimeout: { type: "duration", description: "longest time that a build takes; 30s where left out" },
} as const satisfies OptionTable;

/** What builds may read and run beside their source. */
export const SURROUNDINGS_OPTIONS = {
  allowRemote: {
    type: "list",
    placeholder: "HOST",
    description: "let bases, files and charts come from this host, HOST or HOST:PORT, http://HOST where it has no TLS; may be repeated",
  },
  enableHelm: { type: "boolean", description: "let the helm program render charts" },
  helmCommand: { type: "string", placeholder: "PATH", default: "helm", description: "the helm program" },
  helmRelease: {
    type: "string",
    placeholder: "NAME",
    description: "release name of a source that is a chart; the delivery's, or the folder's, where left out",
  },
  helmValues: {
    type: "list",
    placeholder: "FILE",
    description: "values of a source that is a chart, relative to it; may be repeated, the last wins",
  },
  helmKubeVersion: { type: "string", placeholder: "VERSION", description: "Kubernetes version that charts are rendered for" },
  helmApiVersions: { type: "list", placeholder: "API", description: "API version that charts find in the cluster; may be repeated" },
} as const satisfies OptionTable;

/** What a run may do to objects that are there. */
export const POLICY_OPTIONS = {
  prune: { type: "boolean", description: "delete what the delivery owns and the source no longer declares" },
  force: { type: "boolean", description: "recreate objects whose change the server refuses because a field is immutable" },
  forceConflicts: { type: "boolean", default: true, description: "take over declared fields that others manage" },
  preflight: { type: "boolean", default: true, description: "dry-run everything that would be written before the first write" },
  createNamespace: { type: "boolean", description: "make the delivery's namespace where it is missing" },
  allowEmpty: { type: "boolean", description: "let a build without objects through" },
  allowMassPrune: { type: "boolean", description: "let more than 20 objects and 30 % of the delivery be pruned at once" },
  confirmPrune: {
    type: "list",
    placeholder: "KIND/NAME",
    description: "let this protected object be pruned or recreated; may be repeated",
  },
} as const satisfies OptionTable;

/** Several clusters at once. */
export const CONTEXTS_OPTION = {
  type: "string",
  placeholder: "NAMES",
  description: "in these contexts of the kubeconfig at once, commas between them; all for all of them",
} as const;

/** Which apps are delivered, and how. */
export const APP_OPTIONS = {
  filename: { type: "list", short: "f", placeholder: "PATH", description: "file or folder of Flux objects to deliver; may be repeated" },
  takeover: { type: "boolean", description: "suspend apps that a controller delivers, and deliver them here" },
  crossNamespaceRefs: { type: "boolean", default: true, description: "let apps name sources and dependencies of other namespaces" },
  strictSubstitute: { type: "boolean", default: true, description: "refuse variables that are not set and have no default" },
} as const satisfies OptionTable;

/** An app has a time of its own. */
export const APP_TIMEOUT = {
  type: "duration",
  description: "how long the whole run, or that of each app, may take; 0 for no limit, 5m or what the app says where left out",
} as const;

/** Whether and how long a run waits, and who is asked. */
export const RUN_OPTIONS = {
  wait: { type: "boolean", default: true, description: "wait until everything is healthy" },
  timeout: { type: "duration", description: "how long the whole run may take; 0 for no limit, 5m where left out" },
  yes: { type: "boolean", short: "y", description: "do not ask" },
  dryRun: { type: "choice", choices: ["none", "server"], default: "none", bare: "server", description: "stop before anything is written" },
  output: { type: "choice", short: "o", choices: ["json"], description: "one JSON object a line, as things happen" },
} as const satisfies OptionTable;

/** The time of a run that no flag limits, in milliseconds. */
export const USUAL_TIMEOUT_MS = 300_000;

export type AppInput = OptionValues<typeof APP_OPTIONS>;
export type SourceInput = OptionValues<typeof SOURCE_OPTIONS>;
export type SurroundingsInput = OptionValues<typeof SURROUNDINGS_OPTIONS>;
export type BuildInput = OptionValues<typeof BUILD_OPTIONS>;
export type PolicyInput = OptionValues<typeof POLICY_OPTIONS>;
export type RunInput = OptionValues<typeof RUN_OPTIONS>;

/** As {@link DELIVERY_ARGUMENTS}, for commands that also work on apps and on files of them. */
export const DELIVERY_OR_APP_ARGUMENTS = {
  name: { description: "[KIND/]NAME of the delivery: set/NAME, ks/NAME, or a NAME that only one has", check: checkDeliveryAddress },
  directory: { description: "local folder with a kustomization, a chart or plain YAML; the recorded source where left out" },
} as const;

/** The positional arguments that name a delivery and, where it has one, its local folder. */
export const DELIVERY_ARGUMENTS = {
  name: { description: "[KIND/]NAME of the delivery; set/NAME is the same as NAME", required: true, check: parseDeliveryName },
  directory: { description: "local folder with a kustomization, a chart or plain YAML; the recorded source where left out" },
} as const;

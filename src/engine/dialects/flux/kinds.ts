import type { Controller, SpokenKind } from "../../model/object-view.ts";

/** The API groups of Flux's objects. */
export const KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io";
export const HELM_GROUP = "helm.toolkit.fluxcd.io";
export const SOURCE_GROUP = "source.toolkit.fluxcd.io";

/** Each controller of Flux elects its leader by a Lease of this name (`fluxcd/pkg/runtime/leaderelection`), a shard's with a hash behind it. */
function controller(title: string): Controller {
  return { title, lease: `${title}-leader-election`, namespace: "flux-system" };
}

const KUSTOMIZE_CONTROLLER = controller("kustomize-controller");
const HELM_CONTROLLER = controller("helm-controller");
const SOURCE_CONTROLLER = controller("source-controller");

/** Versions of the source group: `v1` for all; the older ones are of the kinds that came to `v1` late, and are still served. */
const LATE = ["v1", "v1beta2"];

/**
 * Flux's kinds in the order of its own `flux get all`, apps first. The short words are those of the CRDs (`shortNames`) and of the
 * `flux` command line (`source git`).
 */
export const FLUX_KINDS: readonly SpokenKind[] = [
  app(KUSTOMIZE_GROUP, "Kustomization", "kustomizations", ["ks"], ["v1", "v1beta2"], true),
  app(HELM_GROUP, "HelmRelease", "helmreleases", ["hr"], ["v2", "v2beta2"], false),
  source("GitRepository", "gitrepositories", ["gitrepo", "source git"], ["v1"], true),
  source("OCIRepository", "ocirepositories", ["ocirepo", "source oci"], LATE, false),
  source("HelmRepository", "helmrepositories", ["helmrepo", "source helm"], LATE, false),
  source("HelmChart", "helmcharts", ["hc", "source chart"], LATE, false),
  source("Bucket", "buckets", ["bucket", "source bucket"], LATE, false),
  source("ExternalArtifact", "externalartifacts", ["ea", "source external"], ["v1"], false),
];

function app(
  group: string,
  kind: string,
  plural: string,
  short: readonly string[],
  versions: readonly string[],
  isPlayed: boolean,
): SpokenKind {
  return {
    group,
    kind,
    role: "app",
    words: wordsOf(kind, plural, short),
    plural,
    versions,
    isPlayed,
    controller: group === HELM_GROUP ? HELM_CONTROLLER : KUSTOMIZE_CONTROLLER,
  };
}

function source(kind: string, plural: string, short: readonly string[], versions: readonly string[], isPlayed: boolean): SpokenKind {
  return {
    group: SOURCE_GROUP,
    kind,
    role: "source",
    words: wordsOf(kind, plural, short),
    plural,
    versions,
    isPlayed,
    controller: SOURCE_CONTROLLER,
  };
}

function wordsOf(kind: string, plural: string, short: readonly string[]): readonly string[] {
  return [...new Set([...short, kind.toLowerCase(), plural])];
}

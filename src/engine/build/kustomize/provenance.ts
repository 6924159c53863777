import { printYaml } from "../../yaml/print.ts";
import { joinRelative } from "./load/tree-path.ts";
import { parseRepositorySpec } from "./remote/repository-spec.ts";

/** How a kustomization was reached: its path, and the repository in which that counts where it is not the source that is built. */
export interface OriginPath {
  readonly path: string;
  readonly repo?: string;
  readonly ref?: string;
}

/** The path of what an entry names. The top of a repository shows as `notCloned`, which is where kustomize's own paths start. */
export function appendPath(base: OriginPath, entry: string): OriginPath {
  const spec = parseRepositorySpec(entry);
  if (spec === undefined) return { ...base, path: joinRelative(base.path, entry) };
  return { path: joinRelative("", spec.path === "" ? "notCloned" : spec.path), repo: spec.url, ref: spec.ref };
}

/** Where kustomize says that a resource, or a change of one, comes from. */
export interface Provenance {
  readonly path?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: { readonly apiVersion: string; readonly kind: string; readonly name?: string; readonly namespace?: string };
}

/** The configuration of a plugin, as far as annotations name it. */
export interface NamedPlugin {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Paths as `buildMetadata` shows them: relative to the kustomization that is built, by the names that led there. */
export function provenanceOfPlugin(base: OriginPath, configuredIn: string, plugin: NamedPlugin | string): Provenance {
  const { path, ...repository } = appendPath(base, configuredIn);
  if (typeof plugin === "string") return { ...repository, configuredIn: path, configuredBy: { apiVersion: "builtin", kind: plugin } };
  const { apiVersion, kind, name, namespace } = plugin;
  return { ...repository, configuredIn: path, configuredBy: { apiVersion, kind, name, namespace } };
}

/** The annotation `config.kubernetes.io/origin`, and `alpha.config.kubernetes.io/transformations` with `- ` before each. */
export function provenanceText(provenance: Provenance, indent = ""): string {
  const { path = "", repo = "", ref = "", configuredIn = "", configuredBy } = provenance;
  const by = Object.entries(configuredBy ?? {}).filter(([, value]) => value !== "");
  const lines = [
    ...(path === "" ? [] : [`path: ${scalar(path)}`]),
    ...(repo === "" ? [] : [`repo: ${scalar(repo)}`]),
    ...(ref === "" ? [] : [`ref: ${scalar(ref)}`]),
    ...(configuredIn === "" ? [] : [`configuredIn: ${scalar(configuredIn)}`]),
    ...(by.length === 0 ? [] : ["configuredBy:", ...by.map(([key, value]) => `  ${key}: ${scalar(value)}`)]),
  ];
  return lines.map((line, index) => `${index === 0 || indent === "" ? "" : "  "}${line}\n`).join("");
}

function scalar(text: string): string {
  return printYaml(text).trimEnd();
}

/** All changes of a resource as one text. */
export function transformationsText(transformations: readonly Provenance[]): string {
  return transformations.map((one) => `- ${provenanceText(one, "  ")}`).join("");
}

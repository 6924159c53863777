import { printYaml } from "../../yaml/print.ts";
import { joinRelative } from "./load/tree-path.ts";

/** Where kustomize says that a resource, or a change of one, comes from. */
export interface Provenance {
  readonly path?: string;
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
export function provenanceOfPlugin(base: string, configuredIn: string, plugin: NamedPlugin | string): Provenance {
  const path = joinRelative(base, configuredIn);
  if (typeof plugin === "string") return { configuredIn: path, configuredBy: { apiVersion: "builtin", kind: plugin } };
  const { apiVersion, kind, name, namespace } = plugin;
  return { configuredIn: path, configuredBy: { apiVersion, kind, name, namespace } };
}

/** The annotation `config.kubernetes.io/origin`, and `alpha.config.kubernetes.io/transformations` with `- ` before each. */
export function provenanceText(provenance: Provenance, indent = ""): string {
  const { path = "", configuredIn = "", configuredBy } = provenance;
  const by = Object.entries(configuredBy ?? {}).filter(([, value]) => value !== "");
  const lines = [
    ...(path === "" ? [] : [`path: ${scalar(path)}`]),
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

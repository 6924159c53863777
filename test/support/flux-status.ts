import assert from "node:assert/strict";
import type { ControlPlane } from "./control-plane.ts";

const GROUPS = {
  kustomizations: { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization" },
  gitrepositories: { group: "source.toolkit.fluxcd.io", kind: "GitRepository" },
  ocirepositories: { group: "source.toolkit.fluxcd.io", kind: "OCIRepository" },
} as const;

/** An object of Flux as a test writes it: spec, and the status that a controller would have written. */
export interface WrittenObject {
  readonly resource: keyof typeof GROUPS;
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly status?: object;
}

/** The path of an object. */
export function pathOf({ resource, namespace, name }: Pick<WrittenObject, "resource" | "namespace" | "name">): string {
  return `/apis/${GROUPS[resource].group}/v1/namespaces/${namespace}/${resource}/${name}`;
}

/** Makes an object and writes its status, as its controller would. Answers the path. */
export async function writeFluxObject(plane: ControlPlane, written: WrittenObject): Promise<string> {
  const { resource, namespace, name, labels, spec, status } = written;
  const { group, kind } = GROUPS[resource];
  const path = pathOf(written);
  const object = { apiVersion: `${group}/v1`, kind, metadata: { name, namespace, labels }, spec: { ...specOf(resource, name), ...spec } };
  const made = await plane.api("POST", path.slice(0, path.lastIndexOf("/")), object);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  if (status !== undefined) await writeStatus(plane, path, status);
  return path;
}

/** Writes the status of an object. */
export async function writeStatus(plane: ControlPlane, path: string, status: object): Promise<void> {
  const { status: code, body } = await plane.api("PATCH", `${path}/status`, { status }, "application/merge-patch+json");
  assert.equal(code, 200, JSON.stringify(body));
}

/** The conditions of an object that is ready, or failed. */
export function readyStatus(ready: "True" | "False", message: string, reason = "ReconciliationSucceeded"): object {
  const lastTransitionTime = "2026-01-02T00:00:00Z";
  return {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status: ready, reason, message, observedGeneration: 1, lastTransitionTime }],
  };
}

/** What the status of a source holds for a revision. */
export function artifactStatus(revision: string): object {
  const artifact = {
    revision,
    digest: `sha256:${"0".repeat(64)}`,
    path: "a.tar.gz",
    url: "http://source.example/a.tar.gz",
    lastUpdateTime: "2026-01-02T00:00:00Z",
  };
  return { ...readyStatus("True", `stored artifact for revision '${revision}'`, "Succeeded"), artifact };
}

function specOf(resource: keyof typeof GROUPS, name: string): object {
  if (resource === "kustomizations") return { interval: "1h", prune: true, path: "./deploy", sourceRef: { kind: "GitRepository", name } };
  if (resource === "gitrepositories") return { interval: "1h", url: `https://git.example/${name}.git`, ref: { branch: "main" } };
  return { interval: "1h", url: `oci://registry.example/${name}` };
}

import type { ControlPlane } from "./control-plane.ts";
import { fluxPath } from "./flux-controllers.ts";

/** A GitRepository and a Kustomization of one name, to be created in a cluster or written into a file. */
export interface DeliveryOptions {
  readonly namespace: string;
  readonly name: string;
  /** Of the Git repository. */
  readonly url: string;
  /** Fields over the GitRepository's: branch main, every hour. */
  readonly source?: object;
  /** Fields over the Kustomization's: all of the repository into its own namespace, every hour, with prune. */
  readonly spec?: object;
}

/** The GitRepository of a delivery. */
export function gitRepository({ namespace, name, url, source }: DeliveryOptions): object {
  const spec = { url, ref: { branch: "main" }, interval: "1h", ...source };
  return { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", metadata: { name, namespace }, spec };
}

/** The Kustomization of a delivery. */
export function kustomization({ namespace, name, spec }: DeliveryOptions): object {
  const sourceRef = { kind: "GitRepository", name };
  const whole = { interval: "1h", path: "./", prune: true, targetNamespace: namespace, sourceRef, ...spec };
  return { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata: { name, namespace }, spec: whole };
}

/** Creates both in the cluster. Answers their paths, for `waitFor`. */
export async function createDelivery(
  plane: ControlPlane,
  options: DeliveryOptions,
): Promise<{ readonly source: string; readonly delivery: string }> {
  const source = fluxPath("gitrepositories", options.namespace, options.name);
  const delivery = fluxPath("kustomizations", options.namespace, options.name);
  await create(plane, source, gitRepository(options));
  await create(plane, delivery, kustomization(options));
  return { source, delivery };
}

async function create(plane: ControlPlane, path: string, object: object): Promise<void> {
  const { status, body } = await plane.api("POST", path.slice(0, path.lastIndexOf("/")), object);
  if (status !== 201) throw new Error(`${path} was not created: ${JSON.stringify(body)}`);
}

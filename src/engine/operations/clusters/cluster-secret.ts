import { stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { decodeBase64, encodeBase64 } from "../../yaml/base64.ts";

/** Marks the Secrets that hold a kubeconfig made by this program. */
export const CLUSTER_LABEL = "gitops/cluster";
/** The key that Flux reads first. */
const KEYS = ["value", "value.yaml"];

/** The Secret that a `kubeConfig.secretRef` names. */
export function secretId(namespace: string, name: string): ResourceId {
  return { group: "", kind: "Secret", namespace, name };
}

/** A Secret as Flux's `kubeConfig.secretRef` reads it. */
export function clusterSecret(id: ResourceId, kubeconfig: string): Manifest {
  const { namespace, name } = id;
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { [CLUSTER_LABEL]: "true" } },
    type: "Opaque",
    data: { value: encodeBase64(new TextEncoder().encode(kubeconfig)) },
  };
  return { id, apiVersion: "v1", object, origin: { file: "the command line" } };
}

/** Whether this program made it. */
export function isClusterSecret(secret: JsonObject): boolean {
  return stringAt(secret, "metadata", "labels", CLUSTER_LABEL) === "true";
}

/** The kubeconfig in a Secret; undefined where it holds none. */
export function kubeconfigIn(secret: JsonObject): string | undefined {
  return KEYS.map((key) => textIn(secret, key)).find((text) => text !== undefined && text !== "");
}

/** A text of a Secret's data; undefined where there is none. */
export function textIn(secret: JsonObject, key: string): string | undefined {
  const bytes = decodeBase64(stringAt(secret, "data", key));
  return bytes === undefined || bytes.length === 0 ? undefined : new TextDecoder().decode(bytes);
}

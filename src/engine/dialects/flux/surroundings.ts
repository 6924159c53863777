import { arrayAt, objectAt, stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import { labelOf } from "../../model/metadata.ts";
import type { ObjectSurroundings, Reference, ReferencePurpose } from "../../model/reference.ts";
import { SOURCE_GROUP } from "./kinds.ts";

/** Puts an object into a shard of controllers (Flux's sharding guide). */
const SHARD_LABEL = "sharding.fluxcd.io/key";

/** What source-controller takes from a Secret for a URL of http or https. */
const HTTP_KEYS: readonly (readonly string[])[] = [
  ["username", "password"],
  ["bearerToken"],
  ["ca.crt"],
  ["caFile"],
  ["tls.crt", "tls.key"],
  ["certFile", "keyFile"],
  ["githubAppID"],
  [".dockerconfigjson"],
];
const SSH_KEYS: readonly (readonly string[])[] = [["identity", "known_hosts"]];

/** The Secrets, ConfigMaps, accounts and namespaces that a Flux object names. Total, as {@link viewFluxObject} is. */
export function fluxSurroundings(object: JsonObject): ObjectSurroundings {
  const isSource = stringAt(object, "apiVersion").startsWith(`${SOURCE_GROUP}/`);
  return { references: isSource ? ofSource(object) : ofApp(object), shard: labelOf(object, SHARD_LABEL) };
}

function ofSource(object: JsonObject): readonly Reference[] {
  const isSsh = /^ssh:|^[^/:]+@[^/:]+:/.test(stringAt(object, "spec", "url"));
  const isGit = stringAt(object, "kind") === "GitRepository";
  const keys = !isGit ? [] : isSsh ? SSH_KEYS : HTTP_KEYS;
  return [
    ...secret(object, "credentials", ["secretRef"], keys),
    ...secret(object, "certificate", ["certSecretRef"]),
    ...secret(object, "proxy", ["proxySecretRef"]),
    ...secret(object, "verification", ["verify", "secretRef"]),
  ];
}

function ofApp(object: JsonObject): readonly Reference[] {
  const key = stringAt(object, "spec", "kubeConfig", "secretRef", "key");
  const isRemote = Object.keys(objectAt(object, "spec", "kubeConfig")).length > 0;
  const account = stringAt(object, "spec", "serviceAccountName");
  const target = stringAt(object, "spec", "targetNamespace");
  return [
    ...secret(object, "kubeconfig", ["kubeConfig", "secretRef"], key === "" ? [["value"], ["value.yaml"]] : [[key]]),
    ...secret(object, "decryption", ["decryption", "secretRef"]),
    // Of another cluster neither can be looked for here.
    ...(account === "" || isRemote ? [] : [reference(object, "account", "spec.serviceAccountName", "ServiceAccount", account)]),
    ...(target === "" || isRemote ? [] : [namespaceReference(target)]),
    ...maps(object, "variables", ["postBuild", "substituteFrom"]),
    ...maps(object, "values", ["valuesFrom"]),
  ];
}

function secret(
  object: JsonObject,
  purpose: ReferencePurpose,
  path: readonly string[],
  keys: readonly (readonly string[])[] = [],
): readonly Reference[] {
  const name = stringAt(object, "spec", ...path, "name");
  return name === "" ? [] : [{ ...reference(object, purpose, `spec.${path.join(".")}`, "Secret", name), keys }];
}

function maps(object: JsonObject, purpose: ReferencePurpose, path: readonly string[]): readonly Reference[] {
  return arrayAt(object, "spec", ...path).flatMap((entry) => {
    const [kind, name] = [stringAt(entry, "kind"), stringAt(entry, "name")];
    if (name === "" || (kind !== "Secret" && kind !== "ConfigMap")) return [];
    return [{ ...reference(object, purpose, `spec.${path.join(".")}`, kind, name), isOptional: valueAt(entry, "optional") === true }];
  });
}

function reference(object: JsonObject, purpose: ReferencePurpose, field: string, kind: string, name: string): Reference {
  const id = { group: "", kind, namespace: stringAt(object, "metadata", "namespace"), name };
  return { id, purpose, field, keys: [], isOptional: false };
}

function namespaceReference(name: string): Reference {
  const id = { group: "", kind: "Namespace", namespace: "", name };
  return { id, purpose: "target", field: "spec.targetNamespace", keys: [], isOptional: false };
}

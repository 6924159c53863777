import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ControlPlane } from "./control-plane.ts";

/** What a role allows. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * A user with these rights in one namespace and none elsewhere.
 *
 * @param folder where the kubeconfig is written
 * @returns its path
 */
export async function limitedKubeconfig(plane: ControlPlane, namespace: string, rules: readonly Rule[], folder: string): Promise<string> {
  const name = "limited";
  const make = async (path: string, object: object): Promise<unknown> => {
    const { status, body } = await plane.api("POST", path, object);
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  };
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await make(accounts, { metadata: { name } });
  await make(`${rbac}/roles`, { metadata: { name }, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  await make(`${rbac}/rolebindings`, { metadata: { name }, roleRef, subjects: [{ kind: "ServiceAccount", name, namespace }] });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status } = (await make(`${accounts}/${name}/token`, request)) as { status: { token: string } };
  const kubeconfig = join(folder, `${namespace}.kubeconfig`);
  const document = {
    "current-context": name,
    clusters: [{ name, cluster: { server: plane.server, "certificate-authority": plane.caFile } }],
    users: [{ name, user: { token: status.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(document));
  return kubeconfig;
}

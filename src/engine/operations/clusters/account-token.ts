import { GitOpsError } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatPlacedId, groupOf } from "../../model/resource-id.ts";
import type { AccountCredentials, RemoteCluster } from "../../ports/remote-clusters.ts";
import type { Clock } from "../../ports/clock.ts";
import { ASKING_MANAGER } from "../ask/field-manager.ts";
import { startDeadline } from "../execute/deadline.ts";
import type { RunContext } from "../request.ts";
import { secretId, textIn } from "./cluster-secret.ts";

/** A service account of another cluster, and what it may do there. */
export interface AccountRequest {
  readonly namespace: string;
  readonly name: string;
  /** A ClusterRole to bind it to; "" to leave its rights as they are. */
  readonly clusterRole: string;
}

const TOKEN_MS = 30_000;

/**
 * The lasting token of a service account, which is made where it is missing, and bound where a role is named. The token is that of a
 * Secret of the type kubernetes.io/service-account-token: it lives until the Secret is deleted.
 * @throws TIMED_OUT where the cluster fills no such Secret.
 */
export async function accountToken(
  { namespace, name, clusterRole }: AccountRequest,
  remote: RemoteCluster,
  clock: Clock,
  context: RunContext,
): Promise<AccountCredentials> {
  const write = (apiVersion: string, kind: string, metadata: JsonObject, rest: JsonObject): Promise<unknown> =>
    remote.objects.apply(manifestOf({ apiVersion, kind, metadata, ...rest }), { fieldManager: ASKING_MANAGER, signal: context.signal });
  const account = { group: "", kind: "ServiceAccount", namespace, name };
  if ((await remote.cluster.get(account, context)) === undefined) {
    await write("v1", "ServiceAccount", { name, namespace }, {});
    context.emit({ type: "object.applied", id: account, action: "created" });
    if (clusterRole === "")
      context.emit({ type: "warning", id: account, message: "it is new and may do nothing yet: bind it, or give --cluster-role" });
  }
  if (clusterRole !== "") {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole };
    const metadata = { name: `${namespace}-${name}-${clusterRole}` };
    const subjects = [{ kind: "ServiceAccount", name, namespace }];
    await write("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", metadata, { roleRef, subjects });
  }
  const secret = secretId(namespace, `${name}-gitops-token`);
  const metadata = { name: secret.name, namespace, annotations: { "kubernetes.io/service-account.name": name } };
  await write("v1", "Secret", metadata, { type: "kubernetes.io/service-account-token" });
  return filledToken(secret, remote, clock, context);
}

async function filledToken(
  secret: ReturnType<typeof secretId>,
  { cluster }: RemoteCluster,
  clock: Clock,
  context: RunContext,
): Promise<AccountCredentials> {
  const deadline = startDeadline(TOKEN_MS, clock);
  const found = new AbortController();
  const signal = AbortSignal.any([context.signal, deadline.signal, found.signal]);
  let credentials: AccountCredentials | undefined;
  try {
    for await (const event of cluster.watch({ group: "", kind: "Secret", namespace: secret.namespace, name: secret.name }, { signal })) {
      const [object] = event.type === "listed" ? event.objects : event.type === "changed" ? [event.object] : [];
      const token = object === undefined ? undefined : textIn(object, "token");
      if (object === undefined || token === undefined) continue;
      credentials = { token, authority: textIn(object, "ca.crt") ?? "" };
      found.abort();
    }
  } finally {
    deadline.cancel();
  }
  context.signal.throwIfAborted();
  if (credentials !== undefined) return credentials;
  throw new GitOpsError("TIMED_OUT", `${formatPlacedId(secret)}: the cluster gave its service account no token`, {
    hint: "is its controller manager running?",
    data: { object: formatPlacedId(secret), namespace: secret.namespace, retryable: true },
  });
}

function manifestOf(object: { readonly apiVersion: string; readonly kind: string; readonly metadata: JsonObject } & JsonObject): Manifest {
  const { apiVersion, kind, metadata } = object;
  const namespace = typeof metadata["namespace"] === "string" ? metadata["namespace"] : "";
  const id = { group: groupOf(apiVersion), kind, namespace, name: String(metadata["name"]) };
  return { id, apiVersion, object, origin: { file: "the command line" } };
}

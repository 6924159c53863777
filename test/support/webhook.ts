import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ControlPlane } from "./control-plane.ts";

/** What the API server asks (AdmissionReview v1). */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly object: {
    readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
    readonly data?: Readonly<Record<string, string>>;
  } | null;
  readonly oldObject: AdmissionRequest["object"];
  readonly dryRun?: boolean;
}

/** What the webhook says: yes, no with a reason, or yes with a JSON patch. */
export type Verdict = { readonly allowed: true; readonly patch?: readonly object[] } | { readonly allowed: false; readonly reason: string };

/** A real admission webhook for the ConfigMaps of one namespace. */
export interface Webhook {
  /** Takes the configuration out of the cluster and ends the server. */
  close(): Promise<void>;
}

/** Starts an https server, and registers it as mutating or validating webhook; it is asked from the next request on. */
export async function startWebhook(
  plane: ControlPlane,
  namespace: string,
  type: "mutating" | "validating",
  judge: (request: AdmissionRequest) => Verdict,
): Promise<Webhook> {
  const pki = join(plane.directory, "pki");
  const server = createServer(
    { cert: readFileSync(join(pki, "apiserver.crt")), key: readFileSync(join(pki, "apiserver.key")) },
    (message, response) => {
      let text = "";
      message.setEncoding("utf8").on("data", (part: string) => (text += part));
      message.on("end", () => {
        const { request } = JSON.parse(text) as { request: AdmissionRequest };
        const body = {
          apiVersion: "admission.k8s.io/v1",
          kind: "AdmissionReview",
          response: { uid: request.uid, ...answerOf(judge(request)) },
        };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const collection = `/apis/admissionregistration.k8s.io/v1/${type}webhookconfigurations`;
  const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const webhook = {
    name: `policy.${namespace}.example.com`,
    clientConfig: { url, caBundle: readFileSync(plane.caFile).toString("base64") },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE", "DELETE"], resources: ["configmaps"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    // the delivery's record is not for policies to judge
    objectSelector: { matchExpressions: [{ key: "applyset.kubernetes.io/id", operator: "DoesNotExist" }] },
    failurePolicy: "Fail",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
  const { status, body } = await plane.api("POST", collection, { metadata: { name: `policy-${namespace}` }, webhooks: [webhook] });
  if (status !== 201) throw new Error(`the webhook was not registered: ${JSON.stringify(body)}`);
  await untilAsked(plane, namespace, type);
  return {
    async close() {
      await plane.api("DELETE", `${collection}/policy-${namespace}`);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The API server reads configurations from a watch, so a new one counts a moment later. The probe is no object: it is dry-run. */
async function untilAsked(plane: ControlPlane, namespace: string, type: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const probe = { metadata: { name: "probe" }, data: { probe: "1" } };
    const { status, body } = await plane.api("POST", `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, probe);
    const labels = (body as { metadata?: { labels?: Record<string, string> } }).metadata?.labels ?? {};
    if (type === "validating" ? status !== 201 : Object.hasOwn(labels, "probed")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the API server does not ask the webhook");
}

function answerOf(verdict: Verdict): object {
  if (!verdict.allowed) return { allowed: false, status: { code: 403, message: verdict.reason } };
  if (verdict.patch === undefined) return { allowed: true };
  return { allowed: true, patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(verdict.patch)).toString("base64") };
}

// The metrics API (metrics.k8s.io) of the tests' control plane: every Pod uses next to nothing. Without it every
// autoscaler is degraded, as on a real cluster without metrics-server.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

/** @typedef {(method: string, path: string, body?: unknown) => Promise<{ status: number, body: string }>} Call */

const GROUP = "metrics.k8s.io";
const VERSION = "v1beta1";

/**
 * Serves Pod metrics and registers them with the API server, which reaches them by an ExternalName Service.
 *
 * @param {number} port
 * @param {{ key: string, cert: string }} files by path; the API server's own
 * @param {Call} call the API server as administrator
 */
export async function serveMetrics(port, files, call) {
  const server = createServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) }, (request, response) => {
    answer(new URL(request.url ?? "/", "https://metrics"), call).then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(port, "127.0.0.1");
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "metrics", namespace: "kube-system" },
    spec: { type: "ExternalName", externalName: "localhost" },
  };
  await call("POST", "/api/v1/namespaces/kube-system/services", service);
  await call("POST", "/apis/apiregistration.k8s.io/v1/apiservices", {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${VERSION}.${GROUP}` },
    spec: {
      group: GROUP,
      version: VERSION,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: "kube-system", name: "metrics", port },
    },
  });
}

/**
 * @param {URL} url
 * @param {Call} call
 */
async function answer(url, call) {
  const namespace = /\/namespaces\/([^/]+)\/pods$/.exec(url.pathname)?.[1];
  if (namespace === undefined) {
    const resources = [{ name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["list"] }];
    return { apiVersion: "v1", kind: "APIResourceList", groupVersion: `${GROUP}/${VERSION}`, resources };
  }
  const { body } = await call("GET", `/api/v1/namespaces/${namespace}/pods${url.search}`);
  /** @type {{ metadata: { name: string, labels?: object }, spec: { containers: { name: string }[] } }[]} */
  const pods = JSON.parse(body).items ?? [];
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: "PodMetricsList",
    metadata: {},
    items: pods.map(({ metadata: { name, labels }, spec }) => ({
      metadata: { name, namespace, labels },
      timestamp: new Date().toISOString(),
      window: "10s",
      containers: spec.containers.map((container) => ({ name: container.name, usage: { cpu: "1m", memory: "8Mi" } })),
    })),
  };
}

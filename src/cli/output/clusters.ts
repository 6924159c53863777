import { formatPlacedId, type ClusterStatus } from "../../engine/index.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { renderTable } from "./table.ts";

/** Clusters for people, one line each. */
export function clusterTable(clusters: readonly ClusterStatus[]): string {
  return renderTable(
    ["NAME", "NAMESPACE", "SERVER", "REACHABLE", "VERSION", "LATENCY", "USED BY", "MESSAGE"],
    clusters.map(({ id, server, isReachable, version, latencyMs, usedBy, error }) => [
      id.name,
      id.namespace,
      server,
      isReachable ? "True" : "False",
      version,
      isReachable ? `${Math.round(latencyMs)}ms` : "",
      usedBy.map(({ name }) => name).join(","),
      error?.message ?? "",
    ]),
  );
}

/** The document of `-o json`. */
export function clusterDocument(clusters: readonly ClusterStatus[]): string {
  const items = clusters.map(({ id, server, isReachable, version, latencyMs, usedBy, error }) => ({
    name: id.name,
    namespace: id.namespace,
    server,
    reachable: isReachable,
    version,
    latencyMs: Math.round(latencyMs),
    usedBy: usedBy.map(formatPlacedId),
    error: error?.code ?? "",
    message: error?.message ?? "",
  }));
  return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "ClusterList", items }, "json");
}

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The shares of a mixed set, in percent. Deployments have no replicas: what is measured is the tool, not the cluster. */
const SHARES = { ConfigMap: 40, Service: 20, Deployment: 15, ServiceAccount: 15, Role: 10 } as const;

type Kind = keyof typeof SHARES;

const OBJECTS_IN_A_FILE = 100;

/** One object of the set. `edition` changes its content. */
function manifest(kind: Kind, index: number, edition: number): object {
  const name = `${kind.toLowerCase()}-${String(index).padStart(5, "0")}`;
  const labels = { app: name, "app.kubernetes.io/part-of": "bench" };
  const metadata = { name, labels };
  switch (kind) {
    case "ConfigMap":
      return {
        apiVersion: "v1",
        kind,
        metadata,
        data: { "app.properties": `edition=${edition}\nindex=${index}\nlevel=info\n`, mode: "bench" },
      };
    case "Service":
      return {
        apiVersion: "v1",
        kind,
        metadata,
        spec: { selector: { app: name, edition: String(edition) }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
      };
    case "Deployment":
      return {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels },
            spec: {
              containers: [
                {
                  name: "web",
                  image: `registry.example/web:${edition}`,
                  ports: [{ name: "http", containerPort: 8080 }],
                  env: [{ name: "INDEX", value: String(index) }],
                  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
                },
              ],
            },
          },
        },
      };
    case "ServiceAccount":
      return { apiVersion: "v1", kind, metadata: { ...metadata, annotations: { edition: String(edition) } } };
    case "Role":
      return {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind,
        metadata,
        rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [`edition-${edition}`], verbs: ["get", "list"] }],
      };
  }
}

/** A mixed set of `count` objects; one in a hundred has the second edition where `changed` is set. */
export function objectSet(count: number, changed: boolean): readonly object[] {
  const set: object[] = [];
  for (const kind of Object.keys(SHARES) as Kind[]) {
    const share = Math.round((count * SHARES[kind]) / 100);
    for (let index = 0; index < share; index++) set.push(manifest(kind, index, changed && index % 100 === 0 ? 2 : 1));
  }
  return set;
}

/** Writes a set as YAML-compatible files of a hundred documents each. */
export function writeSet(folder: string, objects: readonly object[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (let start = 0; start < objects.length; start += OBJECTS_IN_A_FILE) {
    const documents = objects.slice(start, start + OBJECTS_IN_A_FILE).map((object) => toYaml(object, ""));
    writeFileSync(join(folder, `set-${String(start / OBJECTS_IN_A_FILE).padStart(3, "0")}.yaml`), documents.join("---\n"));
  }
}

/** Block YAML, as people write it; every scalar quoted, which is all that these objects need. */
function toYaml(value: unknown, indent: string): string {
  if (Array.isArray(value)) return value.map((item) => `${indent}- ${itemText(item, `${indent}  `)}`).join("");
  return Object.entries(value as object)
    .map(([key, item]) =>
      isBranch(item) ? `${indent}${key}:\n${toYaml(item, `${indent}  `)}` : `${indent}${key}: ${JSON.stringify(item)}\n`,
    )
    .join("");
}

function itemText(item: unknown, indent: string): string {
  return isBranch(item) ? toYaml(item, indent).slice(indent.length) : `${JSON.stringify(item)}\n`;
}

function isBranch(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

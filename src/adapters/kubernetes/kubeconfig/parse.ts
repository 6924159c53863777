import { isAbsolute, join } from "node:path";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { arrayAt, isJsonObject, type JsonValue } from "../../../engine/model/json.ts";
import type { ExecPlugin, Impersonation } from "../access.ts";
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from "./document.ts";
import { Fields, invalid, type KubeconfigFile } from "./fields.ts";

const EXEC_EXTENSION = "client.authentication.k8s.io/exec";
const EXEC_VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const;
const EXEC_MODES = ["Never", "IfAvailable", "Always"] as const;
const BUDGET = { fileBytes: 32 * 1024 * 1024, documents: 2, depth: 100, nodes: 1_000_000 };

/** Reads one kubeconfig, YAML or JSON. Throws INVALID_KUBECONFIG with file and field; never quotes the text, which holds secrets. */
export async function parseKubeconfig(text: string, file: KubeconfigFile): Promise<Kubeconfig> {
  const value = await parseText(text, file);
  if (!isJsonObject(value)) throw invalid(file, value === undefined ? "is empty" : "must be a map");
  const top = new Fields(value, "", file);
  const kind = top.text("kind") ?? "Config";
  const version = top.text("apiVersion") ?? "v1";
  if (kind !== "Config" || version !== "v1") throw invalid(file, "must be of apiVersion v1 and kind Config");
  return {
    currentContext: top.text("current-context") ?? "",
    clusters: named(top, "clusters", "cluster", file, parseCluster),
    users: named(top, "users", "user", file, (fields) => parseUser(fields, file)),
    contexts: named(top, "contexts", "context", file, parseContext),
  };
}

async function parseText(text: string, file: KubeconfigFile): Promise<JsonValue | undefined> {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (trimmed.startsWith("{")) {
    try {
      return JSON.parse(trimmed) as JsonValue;
    } catch {
      // A flow map of YAML starts alike; the YAML reader says what is wrong, with line and column.
    }
  }
  const { readYamlText } = await import("../../../engine/yaml/read.ts");
  try {
    const documents = readYamlText(text, { file: file.name, dialect: "kustomization", budget: BUDGET });
    if (documents.length > 1) throw invalid(file, "must be one YAML document");
    return documents[0]?.value;
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code === "INVALID_KUBECONFIG") throw error;
    const [first] = arrayAt(error.data as Readonly<Record<string, JsonValue>>, "diagnostics");
    const line = isJsonObject(first) ? `line ${String(first["line"])}: ${String(first["message"])}` : error.message;
    throw invalid(file, line, error);
  }
}

function named<T>(top: Fields, list: string, key: string, file: KubeconfigFile, parse: (fields: Fields) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const [index, item] of top.list(list).entries()) {
    const fields = new Fields(item, `${list}[${index}]`, file);
    const name = fields.text("name");
    if (name === undefined) throw fields.mustBe("name", "given");
    if (entries.has(name)) throw invalid(file, `${list} has two entries named ${name}`);
    entries.set(name, parse(new Fields(fields.value(key), `${list}[${name}].${key}`, file)));
  }
  return entries;
}

function parseCluster(fields: Fields): ClusterEntry {
  return {
    server: fields.text("server") ?? "",
    certificateAuthority: fields.material("certificate-authority"),
    insecureSkipTlsVerify: fields.flag("insecure-skip-tls-verify"),
    tlsServerName: fields.text("tls-server-name"),
    proxyUrl: fields.text("proxy-url"),
    disableCompression: fields.flag("disable-compression"),
    execConfig: execConfig(fields),
  };
}

function execConfig(fields: Fields): JsonValue | undefined {
  const found = fields.list("extensions").find((item) => isJsonObject(item) && item["name"] === EXEC_EXTENSION);
  return isJsonObject(found) ? found["extension"] : undefined;
}

function parseContext(fields: Fields): ContextEntry {
  return { cluster: fields.text("cluster") ?? "", user: fields.text("user") ?? "", namespace: fields.text("namespace") ?? "" };
}

function parseUser(fields: Fields, file: KubeconfigFile): UserEntry {
  const provider = fields.value("auth-provider") === undefined ? undefined : fields.map("auth-provider");
  return {
    clientCertificate: fields.material("client-certificate"),
    clientKey: fields.material("client-key"),
    token: fields.text("token"),
    tokenFile: fields.file("tokenFile"),
    username: fields.text("username"),
    password: fields.text("password") ?? "",
    exec: fields.value("exec") === undefined ? undefined : parseExec(fields.map("exec"), file),
    authProvider:
      provider === undefined
        ? undefined
        : { name: provider.text("name") ?? "", runsCommand: provider.map("config").text("cmd-path") !== undefined },
    impersonate: parseImpersonation(fields),
  };
}

function parseImpersonation(fields: Fields): Impersonation | undefined {
  const user = fields.text("as");
  if (user === undefined) return undefined;
  const extra = fields.map("as-user-extra");
  return {
    user,
    uid: fields.text("as-uid"),
    groups: fields.texts("as-groups"),
    extra: new Map(extra.keys().map((key) => [key, extra.texts(key)])),
  };
}

function parseExec(fields: Fields, file: KubeconfigFile): Omit<ExecPlugin, "clusterConfig"> {
  const apiVersion = EXEC_VERSIONS.find((version) => version === fields.text("apiVersion"));
  if (apiVersion === undefined) throw fields.mustBe("apiVersion", EXEC_VERSIONS.join(" or "));
  const command = fields.text("command");
  if (command === undefined) throw fields.mustBe("command", "given");
  const mode = fields.text("interactiveMode") ?? (apiVersion.endsWith("/v1beta1") ? "IfAvailable" : undefined);
  const interactiveMode = EXEC_MODES.find((known) => known === mode);
  if (interactiveMode === undefined) throw fields.mustBe("interactiveMode", EXEC_MODES.join(", "));
  return {
    apiVersion,
    // A bare name is looked up on the PATH; anything with a slash starts at the kubeconfig (KEP-541).
    command: isAbsolute(command) || !/[/\\]/.test(command) ? command : join(file.folder, command),
    arguments: fields.texts("args"),
    environment: new Map(fields.list("env").map((item, index) => environmentEntry(item, fields.path(`env[${index}]`), file))),
    installHint: fields.text("installHint") ?? "",
    provideClusterInfo: fields.flag("provideClusterInfo"),
    interactiveMode,
  };
}

function environmentEntry(item: JsonValue, where: string, file: KubeconfigFile): [string, string] {
  const fields = new Fields(item, where, file);
  const name = fields.text("name");
  if (name === undefined) throw fields.mustBe("name", "given");
  return [name, fields.text("value") ?? ""];
}

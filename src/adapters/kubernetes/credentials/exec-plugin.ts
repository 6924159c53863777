import { spawn, type StdioOptions } from "node:child_process";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from "../../../engine/model/json.ts";
import type { ClientCertificate, ClusterAccess, ExecPlugin } from "../access.ts";
import { deferred } from "../transport/deferred.ts";
import { readMaterial } from "../transport/dialer.ts";

/** What a plugin sees of this process. */
export interface ExecHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person can answer a plugin's questions: stdin is a terminal. */
  readonly interactive: boolean;
  readonly execTimeoutMs: number;
}

/** What a plugin answered. */
export interface ExecAnswer {
  readonly token: string | undefined;
  readonly certificate: ClientCertificate | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | undefined;
}

const OUTPUT_BYTES = 1024 * 1024;
/** A person who logs in through a browser needs longer than a program does. */
const INTERACTIVE_FACTOR = 10;

/**
 * Runs a credential plugin by the protocol of client.authentication.k8s.io (KEP-541), never through a shell.
 * Throws UNAUTHENTICATED where it is missing, fails, takes too long or answers anything else; its output is never shown.
 */
export async function runExecPlugin(plugin: ExecPlugin, access: ClusterAccess, host: ExecHost, signal: AbortSignal): Promise<ExecAnswer> {
  if (plugin.interactiveMode === "Always" && !host.interactive) {
    throw refuse(
      plugin,
      "wants a terminal to ask questions on, and there is none",
      `log in with ${plugin.command} first, or use credentials for programs`,
    );
  }
  const interactive = host.interactive && plugin.interactiveMode !== "Never";
  const info = await execInfo(plugin, access, interactive);
  const output = await run(plugin, info, interactive, host, signal);
  return readAnswer(plugin, output);
}

async function execInfo(plugin: ExecPlugin, access: ClusterAccess, interactive: boolean): Promise<string> {
  const spec: JsonObject = { interactive };
  if (plugin.provideClusterInfo) spec["cluster"] = await clusterInfo(plugin, access);
  return JSON.stringify({ kind: "ExecCredential", apiVersion: plugin.apiVersion, spec });
}

async function clusterInfo(plugin: ExecPlugin, access: ClusterAccess): Promise<JsonObject> {
  const cluster: JsonObject = { server: access.server.href.replace(/\/$/, "") };
  if (access.tlsServerName !== undefined) cluster["tls-server-name"] = access.tlsServerName;
  if (access.insecureSkipTlsVerify) cluster["insecure-skip-tls-verify"] = true;
  if (access.certificateAuthority !== undefined) {
    const authority = await readMaterial(access.certificateAuthority, "certificate-authority");
    cluster["certificate-authority-data"] = Buffer.from(authority).toString("base64");
  }
  if (access.proxyUrl !== undefined) cluster["proxy-url"] = access.proxyUrl;
  if (access.disableCompression) cluster["disable-compression"] = true;
  if (plugin.clusterConfig !== undefined) cluster["config"] = plugin.clusterConfig;
  return cluster;
}

function run(plugin: ExecPlugin, info: string, interactive: boolean, host: ExecHost, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = deferred<string>();
  const stdio: StdioOptions = interactive ? ["inherit", "pipe", "inherit"] : ["ignore", "pipe", "ignore"];
  const limitMs = host.execTimeoutMs * (plugin.interactiveMode === "Always" ? INTERACTIVE_FACTOR : 1);
  const environment = { ...host.environment, ...Object.fromEntries(plugin.environment), KUBERNETES_EXEC_INFO: info };
  const child = spawn(plugin.command, [...plugin.arguments], { stdio, env: environment, shell: false, windowsHide: true });
  const chunks: Buffer[] = [];
  let bytes = 0;

  function stop(error: unknown): void {
    settle();
    child.kill("SIGKILL");
    // A grandchild may keep the pipe open: let go of it, or this process could not end.
    child.stdout?.destroy();
    reject(error);
  }
  function settle(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
  const onAbort = (): void => stop(signal.reason);
  const timer = setTimeout(
    () => stop(refuse(plugin, `did not end within ${limitMs / 1000} s`, `run it by hand: ${plugin.command}`)),
    limitMs,
  );

  signal.addEventListener("abort", onAbort, { once: true });
  child.on("error", (cause) => {
    settle();
    const missing = "code" in cause && cause.code === "ENOENT";
    const hint = plugin.installHint === "" ? `install ${plugin.command}, or put it on the PATH` : plugin.installHint;
    reject(missing ? refuse(plugin, "is not installed", hint, cause) : refuse(plugin, "can't be started", hint, cause));
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES) stop(refuse(plugin, "printed more than 1 MiB", `run it by hand: ${plugin.command}`));
    else chunks.push(chunk);
  });
  child.on("close", (status, killedBy) => {
    settle();
    if (status === 0) resolve(Buffer.concat(chunks).toString("utf8"));
    else reject(refuse(plugin, `ended with ${killedBy ?? `exit status ${status}`}`, `run it by hand to see why: ${plugin.command}`));
  });
  return promise;
}

function readAnswer(plugin: ExecPlugin, output: string): ExecAnswer {
  const hint = "it must print one ExecCredential as JSON";
  let answer: JsonValue;
  try {
    answer = JSON.parse(output) as JsonValue;
  } catch {
    // The parser's message quotes the output, which may hold a token.
    throw refuse(plugin, "printed no JSON", hint);
  }
  if (!isJsonObject(answer) || answer["kind"] !== "ExecCredential") throw refuse(plugin, "printed no ExecCredential", hint);
  if (answer["apiVersion"] !== plugin.apiVersion) {
    throw refuse(
      plugin,
      `answered in another version than ${plugin.apiVersion}`,
      "update the plugin, or the apiVersion of its kubeconfig entry",
    );
  }
  const status = objectAt(answer, "status");
  const token = stringAt(status, "token");
  const certificate = stringAt(status, "clientCertificateData");
  const key = stringAt(status, "clientKeyData");
  if ((certificate === "") !== (key === "")) throw refuse(plugin, "printed a client certificate without its key, or a key alone", hint);
  if (token === "" && certificate === "") throw refuse(plugin, "printed neither a token nor a client certificate", hint);
  if (/[^\x20-\x7e]/.test(token)) throw refuse(plugin, "printed a token with characters that no HTTP header may have", hint);
  const expiry = stringAt(status, "expirationTimestamp");
  const expiresAt = expiry === "" ? undefined : Date.parse(expiry);
  if (Number.isNaN(expiresAt)) throw refuse(plugin, "printed an expirationTimestamp that is no RFC 3339 time", hint);
  return { token: token === "" ? undefined : token, certificate: certificate === "" ? undefined : { certificate, key }, expiresAt };
}

function refuse(plugin: ExecPlugin, what: string, hint: string, cause?: unknown): GitOpsError {
  return new GitOpsError("UNAUTHENTICATED", `credential plugin ${plugin.command} ${what}`, {
    hint,
    cause,
    data: { plugin: plugin.command },
  });
}

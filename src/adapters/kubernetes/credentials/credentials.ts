import { readFile } from "node:fs/promises";
import type { Clock } from "../../../engine/ports/clock.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { BearerSource, ClientCertificate, ClusterAccess } from "../access.ts";
import { readMaterial } from "../transport/dialer.ts";
import type { ExecHost } from "./exec-plugin.ts";

/** What proves to the server who is calling. Never printed. */
export interface Credentials {
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly certificate: ClientCertificate | undefined;
}

/** The credentials of one user, as they change over time. */
export interface CredentialSource {
  /** Those to use now. Throws UNAUTHENTICATED (a plugin failed), INVALID_KUBECONFIG (a file is missing). */
  current(signal: AbortSignal): Promise<Credentials>;
  /** Forgets `refused`, which the server answered with 401, and reads again; the same ones where nothing can have changed. */
  refresh(refused: Credentials, signal: AbortSignal): Promise<Credentials>;
}

interface Held {
  readonly credentials: Credentials;
  /** On the monotonic clock. */
  readonly until: number;
}

/** client-go's period for reading a token file again. */
const TOKEN_FILE_MS = 60_000;

/** Reads, runs and caches whatever the access names. One read at a time, however many calls wait for it. */
export function createCredentialSource(access: ClusterAccess, clock: Clock, host: ExecHost): CredentialSource {
  let held: Held | undefined;
  let reading: Promise<Held> | undefined;

  async function read(signal: AbortSignal): Promise<Credentials> {
    reading ??= obtain(access, clock, host, signal, held?.credentials.certificate).finally(() => (reading = undefined));
    held = await reading;
    return held.credentials;
  }
  return {
    async current(signal) {
      return held !== undefined && clock.monotonic() < held.until ? held.credentials : read(signal);
    },
    async refresh(refused, signal) {
      return held !== undefined && held.credentials !== refused ? held.credentials : read(signal);
    },
  };
}

async function obtain(
  access: ClusterAccess,
  clock: Clock,
  host: ExecHost,
  signal: AbortSignal,
  known: ClientCertificate | undefined,
): Promise<Held> {
  const own = access.clientCertificate;
  const certificate =
    own === undefined
      ? undefined
      : { certificate: await readMaterial(own.certificate, "client-certificate"), key: await readMaterial(own.key, "client-key") };
  const { bearer } = access;
  if (bearer.type === "exec") {
    const { runExecPlugin } = await import("./exec-plugin.ts");
    const answer = await runExecPlugin(bearer.plugin, access, host, signal);
    const authorization = answer.token === undefined ? undefined : `Bearer ${answer.token}`;
    const remaining = answer.expiresAt === undefined ? Infinity : answer.expiresAt - clock.now();
    return {
      credentials: { authorization, certificate: same(known, answer.certificate ?? certificate) },
      until: clock.monotonic() + remaining,
    };
  }
  const until = bearer.type === "tokenFile" ? clock.monotonic() + TOKEN_FILE_MS : Infinity;
  return { credentials: { authorization: await authorizationOf(bearer), certificate: same(known, certificate) }, until };
}

/** The object used until now where the texts are equal, so that its connections stay. */
function same(known: ClientCertificate | undefined, read: ClientCertificate | undefined): ClientCertificate | undefined {
  return known !== undefined && known.certificate === read?.certificate && known.key === read.key ? known : read;
}

async function authorizationOf(bearer: Exclude<BearerSource, { type: "exec" }>): Promise<string | undefined> {
  switch (bearer.type) {
    case "none":
      return undefined;
    case "token":
      return `Bearer ${bearer.token}`;
    case "basic":
      return `Basic ${Buffer.from(`${bearer.username}:${bearer.password}`).toString("base64")}`;
    case "tokenFile":
      return `Bearer ${await readToken(bearer.path)}`;
  }
}

async function readToken(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new GitOpsError("INVALID_KUBECONFIG", `tokenFile: ${path} can't be read`, {
      hint: "the kubeconfig names this file: put it back, or fetch the kubeconfig again",
      cause,
      data: { path },
    });
  }
  if (text === "" || /[^\x21-\x7e]/.test(text)) {
    throw new GitOpsError("INVALID_KUBECONFIG", `tokenFile: ${path} holds no token`, {
      hint: "the file must hold one token on one line",
      data: { path },
    });
  }
  return text;
}

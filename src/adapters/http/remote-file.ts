import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { RemoteFile } from "../../engine/model/remote-content.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import { beyondLimit } from "../../engine/model/limit.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { explainNetworkFailure, explainStatus } from "./http-failure.ts";

/** What files are fetched with. */
export interface RemoteFileOptions {
  /** Names the proxy, where there is one: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** How long one request may take, body included, in milliseconds; 30 s where it is left out. */
  readonly deadlineMs?: number;
  readonly userAgent: string;
}

const DEADLINE_MS = 30_000;
const MAX_REDIRECTS = 5;
const ATTEMPTS = 3;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** What a server answered, as far as that decides what comes next. */
type Answer =
  | { readonly type: "content"; readonly bytes: Uint8Array }
  | { readonly type: "redirect"; readonly to: string }
  | { readonly type: "status"; readonly status: number; readonly retryAfterMs: number | undefined };

/**
 * Reads the file behind a URL: GET without any credential. Redirects are followed, up to five, each only where `check` lets it.
 * A server that cannot be reached, or is too busy, is asked again, twice. Errors as {@link RemoteContent.file} lists them.
 */
export async function fetchRemoteFile(wanted: RemoteFile, options: RemoteFileOptions): Promise<Uint8Array> {
  let url = normalised(wanted.url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    wanted.check(url);
    const answer = await askPatiently(url, wanted, options);
    if (answer.type === "content") return answer.bytes;
    if (answer.type === "status") throw explainStatus(answer.status, url);
    url = answer.to;
  }
  throw new GitOpsError("REDIRECT_REFUSED", `more than ${MAX_REDIRECTS} redirects: ${shown(wanted.url)}`, {
    hint: "name the URL that it ends at",
  });
}

async function askPatiently(url: string, wanted: RemoteFile, options: RemoteFileOptions): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt === ATTEMPTS;
    const answer = await ask(url, wanted, options).catch((error: unknown) => {
      wanted.signal.throwIfAborted();
      const failure = explainNetworkFailure(error, shown(url), options.deadlineMs ?? DEADLINE_MS);
      if (last || failure.data["retryable"] !== true) throw failure;
      return undefined;
    });
    const isBusy = answer?.type === "status" && [429, 502, 503, 504].includes(answer.status);
    if (answer !== undefined && (last || !isBusy)) return answer;
    const asked = answer?.type === "status" ? answer.retryAfterMs : undefined;
    await options.clock.sleep(Math.min(asked ?? FIRST_DELAY_MS * 4 ** (attempt - 1), LONGEST_DELAY_MS), wanted.signal);
  }
}

/** One request; the body is read only where it is wanted. */
function ask(url: string, { maximumBytes, signal }: RemoteFile, options: RemoteFileOptions): Promise<Answer> {
  const { environment, userAgent, deadlineMs = DEADLINE_MS } = options;
  const isPlain = url.startsWith("http://");
  const settings = {
    agent: isPlain ? new PlainAgent({ proxyEnv: environment }) : new Agent({ proxyEnv: environment }),
    headers: { "User-Agent": userAgent, Accept: "*/*" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  };
  return new Promise((resolve, reject) => {
    const sent = (isPlain ? plainRequest : request)(url, settings, (response) => {
      response.on("error", reject);
      const early = answerWithoutBody(url, response);
      if (early !== undefined) {
        response.destroy();
        resolve(early);
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      response.on("data", (part: Buffer) => {
        length += part.length;
        parts.push(part);
        if (length <= maximumBytes) return;
        response.destroy();
        reject(beyondLimit("fileBytes", `${shown(url)}: larger than ${maximumBytes} bytes`, { path: shown(url) }));
      });
      response.on("close", () => {
        if (!response.complete) reject(new Error("the connection was closed before the end of the file"));
      });
      response.on("end", () => resolve({ type: "content", bytes: Buffer.concat(parts) }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

function answerWithoutBody(url: string, response: IncomingMessage): Answer | undefined {
  const { statusCode: status = 0, headers } = response;
  if (status >= 200 && status <= 299) return undefined;
  if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined && URL.canParse(headers.location, url)) {
    return { type: "redirect", to: new URL(headers.location, url).href };
  }
  const seconds = /^\d+$/.test(headers["retry-after"] ?? "") ? Number(headers["retry-after"]) : undefined;
  return { type: "status", status, retryAfterMs: seconds === undefined ? undefined : seconds * 1000 };
}

/** As it is asked for, so that what is checked and what is asked are one text. */
function normalised(url: string): string {
  if (!URL.canParse(url)) throw new GitOpsError("USAGE", "the URL is not valid", { hint: "use https://HOST/PATH" });
  return new URL(url).href;
}

/** Without the query, which may be a token. */
function shown(url: string): string {
  return url.replace(/[?#].*$/, "").replace(/^([a-z]+:\/\/)[^/]*@/i, "$1***@");
}

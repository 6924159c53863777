import { GitOpsError } from "../../engine/model/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../engine/model/json.ts";
import { parseExactJson } from "./exact-json.ts";
import { refusal, type Asked } from "./refusal.ts";
import type { ApiCall, ApiClient } from "./transport/client.ts";
import type { WireAnswer } from "./transport/exchange.ts";

/** A client whose answers are checked: refusals are errors, JSON is JSON. */
export interface ApiConnection {
  readonly client: ApiClient;
  /** Any answer, refusals too. */
  attempt(call: ApiCall): Promise<WireAnswer>;
  /** An answer below 400. Throws what {@link refusal} says. */
  answer(call: ApiCall, about?: Pick<Asked, "id" | "object">): Promise<WireAnswer>;
  /** The JSON object of an answer. Throws CLUSTER_UNREACHABLE where it is none. */
  parse(answer: WireAnswer, what: string): JsonObject;
  /** The error of an answer. */
  refuse(answer: WireAnswer, call: ApiCall, about?: Pick<Asked, "id" | "object">): GitOpsError;
}

/** Checks what the client answers. */
export function createConnection(client: ApiClient): ApiConnection {
  function refuse(answer: WireAnswer, call: ApiCall, about: Pick<Asked, "id" | "object"> = {}): GitOpsError {
    return refusal(answer, { what: call.what, server: client.server, writes: call.method !== "GET", ...about });
  }
  return {
    client,
    attempt: (call) => client.call(call),
    async answer(call, about) {
      const answer = await client.call(call);
      if (answer.status >= 400) throw refuse(answer, call, about);
      return answer;
    },
    parse: (answer, what) => parseObject(answer.text, client.server, what),
    refuse,
  };
}

/** Parses an answer's body. The parser's own message would quote it, so it is not kept. */
export function parseObject(text: string, server: string, what: string): JsonObject {
  let parsed: JsonValue | undefined;
  try {
    parsed = parseExactJson(text);
  } catch {
    parsed = undefined;
  }
  if (isJsonObject(parsed)) return parsed;
  throw new GitOpsError("CLUSTER_UNREACHABLE", `${server} did not answer with a JSON object, at ${what}`, {
    hint: "check the server's address in the kubeconfig, and the proxy",
    data: { server, retryable: false },
  });
}

import { GitOpsError } from "../../model/errors.ts";
import { formatPlacedId } from "../../model/resource-id.ts";
import { controllerOf } from "../controller-life.ts";
import type { AskingPorts, RunContext } from "../request.ts";
import type { AskedObject } from "./asked-object.ts";

/**
 * The deadline passed: what was waited for, and whether a controller is there that could have answered.
 *
 * @param lives what is known of controllers by now, so that many objects of one kind cost one look.
 */
export async function unanswered(
  one: AskedObject,
  elapsedMs: number,
  lives: Map<string, Promise<string>>,
  ports: AskingPorts,
  context: RunContext,
): Promise<GitOpsError> {
  const { view, found } = one;
  const { id, health } = view;
  const { kind } = found;
  const { title } = kind.controller;
  const seconds = `${Math.round(elapsedMs / 100) / 10}s`;
  const said = [health.reason, health.message].filter((part) => part !== "").join(": ");
  const last = said === "" ? "" : ` (it last said: ${said})`;
  const data = { object: formatPlacedId(id), namespace: id.namespace, retryable: true };
  if (one.isHandled) {
    return new GitOpsError("HEALTH_TIMEOUT", `${formatPlacedId(id)}: ${title} took the request and was not done after ${seconds}${last}`, {
      hint: `it goes on by itself; gitops get ${kind.words[0] ?? ""} ${id.name} -n ${id.namespace} -w shows it, --timeout gives it longer`,
      data,
    });
  }
  const key = kind.controller.lease;
  const life = lives.get(key) ?? lifeWords(one, ports, context);
  lives.set(key, life);
  return new GitOpsError("TIMED_OUT", `${formatPlacedId(id)}: ${title} did not take the request within ${seconds}${last}`, {
    hint: await life,
    data,
  });
}

async function lifeWords(one: AskedObject, ports: AskingPorts, context: RunContext): Promise<string> {
  const { kind } = one.found;
  const { title } = kind.controller;
  const life = await controllerOf(kind, ports, context);
  if (life.alive === "unknown") return `whether a ${title} is alive is not known: ${life.why}`;
  if (life.alive) return `${life.by} is alive: it is busy, or does not watch this namespace or shard; --timeout gives it longer`;
  return `no ${title} is alive in this cluster: start it${kind.isPlayed ? ", or let this program do its work: gitops sync" : ""}`;
}

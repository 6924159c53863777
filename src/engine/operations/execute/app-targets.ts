import { compileHealthExpressions, fluxVerdict, type ExpressionJudge, type FluxVerdict } from "../../health/index.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import type { Health } from "../../model/health.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { dialectOf } from "../../dialects/table.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "../bounded.ts";
import type { AppDelivery } from "../request.ts";
import type { Execution } from "./execution.ts";
import { healthTargets } from "./health-targets.ts";
import type { HealthTarget, Judgement } from "./health-wait.ts";

/**
 * What an app waits for: all that it applied, or the objects that it lists, whoever applied them. Apps that the run delivers are not
 * among them: it waits for them itself; nor are sources that it plays, nor the app itself, which would wait for ever. Judged by kstatus
 * and the app's own expressions, as its controller does.
 * Throws INVALID_EXPRESSION.
 */
export async function appTargets({ app, plays, isOfRun }: AppDelivery, execution: Execution): Promise<readonly HealthTarget[]> {
  const expressions = await compileHealthExpressions(app.healthExpressions);
  const { wait } = app;
  const isSelf = (id: ResourceId): boolean => resourceKey(id) === resourceKey(app.id);
  if (wait.type === "none") return [];
  if (wait.type === "listed") {
    const listed = wait.objects.filter((id) => !isSelf(id) && !isOfRun(id) && !(plays(id) && dialectOf(id)?.kind.role === "source"));
    return (await mapBounded(listed, REQUESTS_AT_ONCE, (id) => listedTarget(id, expressions, execution))).flat();
  }
  const own = execution.state.objects().filter(({ id }) => !plays(id) && !isSelf(id));
  const targets = await healthTargets(own, "final", execution);
  return targets.map((target) => ({ ...target, judge: judgeOf(target.object, expressions) }));
}

async function listedTarget(
  { version, ...id }: ResourceId & { readonly version: string },
  expressions: ExpressionJudge,
  execution: Execution,
): Promise<readonly HealthTarget[]> {
  const { cluster, context } = execution;
  const served = (await cluster.discover(context)).find(id);
  const place = served?.namespaced === false ? { ...id, namespace: "" } : id;
  const live = await cluster.get(place, context);
  const apiVersion = id.group === "" ? version : `${id.group}/${version}`;
  const named: JsonObject = { apiVersion, kind: id.kind, metadata: { name: id.name, namespace: place.namespace } };
  const targets = await healthTargets([{ id: place, object: live ?? named }], "final", execution);
  const missing = live === undefined ? ({ isMissing: true } as const) : {};
  return targets.map((target) => ({ ...target, ...missing, judge: judgeOf(named, expressions) }));
}

function judgeOf(desired: JsonObject, expressions: ExpressionJudge): NonNullable<HealthTarget["judge"]> {
  return (live, options) => judgementOf(fluxVerdict(live, desired, expressions, options), live);
}

/** kstatus's words as a wait needs them: Current ends it, Failed fails it, anything else may still change. */
function judgementOf({ status, message }: FluxVerdict, live: JsonObject | undefined): Judgement {
  const of = (word: Health["status"]): Health => ({ status: word, reason: status, message });
  switch (status) {
    case "Current":
      return { health: of("Healthy"), verdict: "passed" };
    case "Failed":
      return { health: of("Degraded"), verdict: "failed" };
    case "NotFound":
      return { health: of("Missing"), verdict: "waiting" };
    case "Unknown":
      return { health: of("Unknown"), verdict: "waiting" };
    case "InProgress":
    case "Terminating":
      return { health: { ...of("Progressing"), message: message || stringAt(live, "status", "phase") }, verdict: "waiting" };
  }
}

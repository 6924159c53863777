import { dialectOf } from "../../dialects/table.ts";
import { compileReadyExpression } from "../../health/index.ts";
import type { App, Dependency } from "../../model/app.ts";
import { stringAt } from "../../model/json.ts";
import type { ClusterReader } from "../../ports/cluster-reader.ts";
import type { RunContext } from "../request.ts";

/**
 * Why a dependency in the cluster is not ready; undefined where it is. By its conditions, and, where both come from one source, by having
 * applied the revision that this run delivers; an expression takes the place of both, as in the controller.
 * Throws INVALID_EXPRESSION.
 *
 * @param revision what the run delivers of a source; undefined where it does not deliver it.
 */
export async function unreadyReason(
  { id, readyExpr }: Dependency,
  app: App,
  revision: string | undefined,
  cluster: ClusterReader,
  context: RunContext,
): Promise<string | undefined> {
  const name = `${id.namespace}/${id.name}`;
  const isServed = (await cluster.discover(context)).find(id) !== undefined;
  const object = isServed ? await cluster.get(id, context) : undefined;
  if (object === undefined) return `the dependency ${name} is not there`;
  if (readyExpr !== "") {
    const { isReady, message } = (await compileReadyExpression(readyExpr))(app.manifest.object, object);
    return isReady ? undefined : `the dependency ${name} does not meet its readyExpr${message === "" ? "" : `: ${message}`}`;
  }
  const view = dialectOf(id)?.dialect.view(object);
  if (view === undefined || !view.isObserved || view.ready !== "True") {
    const why = stringAt({ message: view?.message ?? "" }, "message");
    return `the dependency ${name} is not ready${why === "" ? "" : `: ${why}`}`;
  }
  const isSameSource =
    view.source?.name === app.source.name && view.source.namespace === app.source.namespace && view.source.kind === app.source.kind;
  if (isSameSource && revision !== undefined && view.revision !== revision) return `the dependency ${name} has not applied ${revision} yet`;
  return undefined;
}

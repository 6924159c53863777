import { GitOpsError } from "../../model/errors.ts";
import type { Revision } from "../../model/source.ts";
import type { GitHistory } from "../../ports/git-history.ts";
import type { AppsOptions } from "../apps/apps-request.ts";
import { syncApps } from "../apps/sync-apps.ts";
import { controllerOf } from "../controller-life.ts";
import type { ReadObject } from "../read-objects.ts";
import { reconcileObjects } from "../reconcile-objects.ts";
import type { AppWriterPorts, RunContext } from "../request.ts";
import { commitOf } from "./candidates.ts";
import type { RollbackPlan } from "./rollback-request.ts";

/** How the delivery of a rolled back revision ended. */
export interface DeliveredRollback {
  /** Who acted. */
  readonly by: "controller" | "gitops";
  readonly revision: Revision;
  readonly failures: readonly Error[];
}

/** What becomes of a rolled back app in the cluster. */
export interface DeliveryOptions {
  readonly apps: AppsOptions;
  /** For the controllers together, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
}

/**
 * Brings the commit of a rollback to the cluster: by the controllers where they live, the source's first, else by this process. It counts as
 * delivered where the app is ready at the commit or at one that stands on it.
 * Failures are in the result; rejects as `reconcileObjects` and `syncApps` do.
 */
export async function deliverRollback(
  found: ReadObject,
  plan: RollbackPlan,
  { apps, timeoutMs }: DeliveryOptions,
  ports: AppWriterPorts & { readonly history: GitHistory },
  context: RunContext,
): Promise<DeliveredRollback> {
  const life = await controllerOf(found.kind, ports, context);
  if (life.alive === false) {
    const { apps: results, failures } = await syncApps({ declared: [], named: [found.view.id], options: apps }, ports, context);
    return checked("gitops", results[0]?.revision ?? "", failures, plan, ports, context);
  }
  const outcomes = await reconcileObjects([found], { withSource: true, wait: true, timeoutMs, skipsSuspended: false }, ports, context);
  const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  return checked("controller", outcomes.at(-1)?.view.revision ?? "", failures, plan, ports, context);
}

/** Ready at another revision is no success: something else holds the branch's files back. */
async function checked(
  by: DeliveredRollback["by"],
  revision: Revision,
  failures: readonly Error[],
  { address, repository, proposed }: RollbackPlan,
  { history }: { readonly history: GitHistory },
  context: RunContext,
): Promise<DeliveredRollback> {
  if (failures.length > 0 || proposed === undefined) return { by, revision, failures };
  const at = commitOf(revision);
  if (at === proposed.commit || (at !== "" && (await history.contains(repository, at, proposed.commit, context))))
    return { by, revision, failures };
  const failure = new GitOpsError("UNHEALTHY", `${address} is ready at ${revision}, which does not have the commit ${proposed.commit}`, {
    hint: `gitops reconcile ${address} --with-source`,
    data: { delivery: address },
  });
  return { by, revision, failures: [failure] };
}

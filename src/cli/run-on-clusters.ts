import { addCluster, checkExpectedCluster, listClusters, removeCluster, type FleetPorts, type RunContext } from "../engine/index.ts";
import type { Rendered, WriteSession } from "./command.ts";
import { clusterDocument, clusterTable } from "./output/clusters.ts";
import { openProgress } from "./output/progress.ts";
import { confirm } from "./output/prompt.ts";
import { UsageError } from "./usage-error.ts";

interface ClusterInput {
  readonly from: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly clusterRole: string | undefined;
  readonly allNamespaces: boolean;
  readonly yes: boolean;
  readonly output: "json" | undefined;
}

const USUAL_NAMESPACE = "flux-system";

/** Adds a cluster, and shows that it answers. */
export async function addTo(name: string, input: ClusterInput, session: WriteSession): Promise<Rendered> {
  const { context: typed, namespace = USUAL_NAMESPACE } = session.globals;
  const target = input.from ?? typed;
  if (target === undefined) throw new UsageError("which cluster is to be added?", "gitops cluster add NAME --from CONTEXT");
  const account = accountOf(input);
  // Without --from, --context names the cluster that is added, and the current context's is where the Secret goes.
  return withFleet(session, input.from === undefined ? "current" : "context", async (ports, context) => {
    const status = await addCluster({ name, namespace, context: target, account }, ports, context);
    return { text: input.output === "json" ? clusterDocument([status]) : clusterTable([status]), exitStatus: 0 };
  });
}

/** Lists clusters; one that does not answer is in the list, and no failure. */
export async function listOf(input: ClusterInput, session: WriteSession): Promise<Rendered> {
  return withFleet(session, "context", async (ports, context) => {
    const namespace = input.allNamespaces ? undefined : (session.globals.namespace ?? USUAL_NAMESPACE);
    const clusters = await listClusters(namespace, ports, context);
    if (input.output === "json") return { text: clusterDocument(clusters), exitStatus: 0 };
    if (clusters.length > 0) return { text: clusterTable(clusters), exitStatus: 0 };
    const where = namespace === undefined ? "in any namespace" : `in the namespace ${namespace}; -A looks in all`;
    return { text: "", exitStatus: 0, note: `no clusters ${where}` };
  });
}

/** Removes a cluster that nothing is delivered to. */
export async function removeFrom(name: string, input: ClusterInput, session: WriteSession): Promise<Rendered> {
  const { terminal, globals, signal } = session;
  if (!input.yes && !terminal.interactive)
    throw new UsageError("cluster remove asks first, and there is no terminal to ask on", "give --yes to go on without a question");
  return withFleet(session, "context", async (ports, context, pause) => {
    const { namespace = USUAL_NAMESPACE } = globals;
    pause();
    if (!input.yes && !(await confirm(terminal, `Remove the cluster ${name} -n ${namespace}?`, signal)))
      return { text: "nothing was changed\n", exitStatus: 0 };
    await removeCluster({ group: "", kind: "Secret", namespace, name }, ports, context);
    return { text: input.output === "json" ? clusterDocument([]) : `cluster ${name} removed\n`, exitStatus: 0 };
  });
}

async function withFleet(
  session: WriteSession,
  home: "context" | "current",
  work: (ports: FleetPorts, context: RunContext, pause: () => void) => Promise<Rendered>,
): Promise<Rendered> {
  const progress = await openProgress(session);
  try {
    const context = session.listen(progress.emit);
    const ports = await session.fleet(home);
    await checkExpectedCluster(await session.expectedCluster(), ports.cluster, context);
    return await work(ports, context, () => progress.pause());
  } finally {
    progress.close();
  }
}

function accountOf({ serviceAccount, clusterRole = "" }: ClusterInput) {
  if (serviceAccount === undefined) {
    if (clusterRole !== "") throw new UsageError("--cluster-role needs --service-account", "say which account to bind");
    return undefined;
  }
  const [namespace = "", name = "", more] = serviceAccount.split("/");
  if (namespace === "" || name === "" || more !== undefined)
    throw new UsageError("invalid value for --service-account", "write NAMESPACE/NAME");
  return { namespace, name, clusterRole };
}

import type { DeliveryRef } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { ReaderPorts, RunContext } from "./request.ts";

/**
 * Finds a delivery by its bare name: in the namespace that was given, else in the default one, else in all that may be listed.
 * @throws DELIVERY_NOT_FOUND (with the nearest names), AMBIGUOUS_NAME (data.candidates)
 */
export async function findDelivery(
  name: string,
  namespace: string | undefined,
  defaultNamespace: string,
  ports: Pick<ReaderPorts, "deliveries">,
  context: RunContext,
): Promise<DeliveryRef> {
  const wanted: DeliveryRef = { dialect: "bare", namespace: namespace ?? defaultNamespace, name };
  if ((await ports.deliveries.read(wanted, context)) !== undefined) return wanted;
  if (namespace !== undefined) throw notFound(name, `in the namespace ${namespace}`, []);
  const all = await listVisible(ports, context);
  const matches = all.filter((ref) => ref.name === name);
  const [match] = matches;
  if (match === undefined)
    throw notFound(
      name,
      "in any namespace that may be listed",
      all.map((ref) => ref.name),
    );
  if (matches.length === 1) return match;
  const candidates = matches.map((ref) => `${ref.namespace}/${ref.name}`);
  throw new GitOpsError("AMBIGUOUS_NAME", `${String(matches.length)} deliveries are named ${name}: ${candidates.join(", ")}`, {
    hint: `choose one with -n, such as -n ${match.namespace}`,
    data: { delivery: name, candidates },
  });
}

async function listVisible({ deliveries }: Pick<ReaderPorts, "deliveries">, context: RunContext): Promise<readonly DeliveryRef[]> {
  try {
    const found = await deliveries.list(undefined, context);
    return [...found.deliveries, ...found.unreadable].map(({ ref }) => ref);
  } catch (error) {
    // Who may not list all namespaces is told about the one that was looked into.
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return [];
    throw error;
  }
}

function notFound(name: string, where: string, known: readonly string[]): GitOpsError {
  const others = [...new Set(known)].sort().slice(0, 10);
  return new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${name} ${where}`, {
    hint: others.length === 0 ? "gitops get -A lists all deliveries" : `there are: ${others.join(", ")}`,
    data: { delivery: name },
  });
}

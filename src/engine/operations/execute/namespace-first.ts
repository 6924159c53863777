import type { PreparedSync } from "../request.ts";
import type { Execution } from "./execution.ts";

/**
 * The namespace that holds the delivery's record is the only write before the intent: where the build contains it, that one,
 * where `--create-namespace` was given, a bare one that the delivery does not own (and so never prunes).
 */
export async function makeNamespaceFirst(
  { plan, request, stored }: PreparedSync,
  { cluster, conventions, calls, policy, state }: Execution,
): Promise<void> {
  if (stored !== undefined || request.app?.app.destination.kubeConfig !== undefined) return;
  const name = request.ref.namespace;
  const steps = plan.waves.flatMap(({ stages }) => stages.flatMap((stage) => stage.steps));
  const step = steps.find(({ change }) => change.id.group === "" && change.id.kind === "Namespace" && change.id.name === name);
  const id = { group: "", kind: "Namespace", namespace: "", name };
  if (step === undefined && !policy.createNamespace) return;
  if ((await cluster.get(id, calls)) !== undefined) return;
  const bare = { id, apiVersion: "v1", object: { apiVersion: "v1", kind: "Namespace", metadata: { name } }, origin: { file: "" } };
  await cluster.apply(step?.change.desired ?? bare, {
    fieldManager: conventions.fieldManager,
    force: true,
    strict: step?.validate ?? true,
    ...calls,
  });
  state.wrote();
}

import { declaresStatus, type Gate } from "../../health/index.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import { versionOf, type ResourceId } from "../../model/resource-id.ts";
import type { Execution } from "./execution.ts";
import type { HealthTarget } from "./health-wait.ts";

/** An applied object. */
export interface AppliedObject {
  readonly id: ResourceId;
  readonly object: JsonObject;
}

/** Objects to wait for. Of a custom resource without a status the CRD says whether one is to be expected. */
export async function healthTargets(objects: readonly AppliedObject[], gate: Gate, execution: Execution): Promise<readonly HealthTarget[]> {
  const definitions = new Map<string, Promise<JsonObject | undefined>>();
  return Promise.all(
    objects.map(async ({ id, object }) => {
      // Groups without a dot, and those of *.k8s.io, are built in and have rules of their own.
      const mayBeCustom = id.group.includes(".") && valueAt(object, "status") === undefined && !BUILT_IN.has(id.group);
      if (!mayBeCustom) return { id, object, gate, declaresStatus: false };
      const key = `${id.group}/${id.kind}`;
      const definition = definitions.get(key) ?? readDefinition(id, execution);
      definitions.set(key, definition);
      const found = await definition;
      return { id, object, gate, declaresStatus: found !== undefined && declaresStatus(found, versionOf(stringAt(object, "apiVersion"))) };
    }),
  );
}

/** Groups with a dot that every API server serves by itself. */
const BUILT_IN: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

async function readDefinition(id: ResourceId, { cluster, context }: Execution): Promise<JsonObject | undefined> {
  const served = (await cluster.discover(context)).find(id);
  if (served === undefined) return undefined;
  try {
    return await cluster.get(
      { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: "", name: `${served.plural}.${served.group}` },
      context,
    );
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return undefined;
    throw error;
  }
}

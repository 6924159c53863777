import { stringAt, valueAt, type JsonObject } from "../../engine/model/json.ts";
import type { CallOptions } from "../../engine/ports/cluster-reader.ts";
import type { ClusterProbe, Right } from "../../engine/ports/cluster-probe.ts";
import type { ApiConnection } from "./connection.ts";
import { printExactJson } from "./exact-json.ts";
import type { ApiCall } from "./transport/client.ts";

/** Asks an API server about itself and about the user. Reviews are made and answered in one request, and stored nowhere. */
export function createClusterProbe(connection: ApiConnection): ClusterProbe {
  const review = (group: string, version: string, kind: string, plural: string, body: JsonObject, { signal }: CallOptions): ApiCall => ({
    method: "POST",
    path: `/apis/${group}/${version}/${plural}`,
    what: `ask for a ${kind}`,
    body: printExactJson({ apiVersion: `${group}/${version}`, kind, ...body }),
    contentType: "application/json",
    idempotent: true,
    signal,
  });
  return {
    server: connection.client.server,
    async version({ signal }) {
      const call = { method: "GET" as const, path: "/version", what: "get the version", idempotent: true, signal };
      return stringAt(connection.parse(await connection.answer(call), call.what), "gitVersion");
    },
    async whoAmI(options) {
      const call = review("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", {}, options);
      const answer = await connection.attempt(call);
      // Servers before 1.28 do not know it.
      if (answer.status === 404) return "";
      if (answer.status >= 400) throw connection.refuse(answer, call);
      return stringAt(connection.parse(answer, call.what), "status", "userInfo", "username");
    },
    async mayI(right, options) {
      const body = { spec: { resourceAttributes: attributesOf(right) } };
      const call = review("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", body, options);
      return valueAt(connection.parse(await connection.answer(call), call.what), "status", "allowed") === true;
    },
  };
}

function attributesOf({ verb, group, resource, namespace }: Right): JsonObject {
  const [plural = "", subresource] = resource.split("/");
  return {
    verb,
    group,
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === "" ? {} : { namespace }),
  };
}

import type { VariableSource } from "../../model/app.ts";
import { GitOpsError } from "../../model/errors.ts";
import { objectAt } from "../../model/json.ts";
import type { ClusterReader } from "../../ports/cluster-reader.ts";
import { decodeBase64 } from "../../yaml/base64.ts";
import { mapBounded, REQUESTS_AT_ONCE } from "../bounded.ts";
import type { RunContext } from "../request.ts";

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** The data of a Secret, decoded. Throws OBJECT_NOT_FOUND; no message carries a value. */
export async function readSecret(
  { namespace, name }: Place,
  cluster: ClusterReader,
  context: RunContext,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const object = await cluster.get({ group: "", kind: "Secret", namespace, name }, context);
  if (object === undefined) throw missing("Secret", { namespace, name });
  const data = Object.entries(objectAt(object, "data"));
  return new Map(data.map(([key, value]) => [key, bytesOf(value)]));
}

/** The maps that an app takes variables from, in their order. One that is optional and not there is empty. Throws OBJECT_NOT_FOUND. */
export function readVariables(
  sources: readonly VariableSource[],
  namespace: string,
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly Readonly<Record<string, string>>[]> {
  return mapBounded(sources, REQUESTS_AT_ONCE, async ({ kind, name, optional }) => {
    const object = await cluster.get({ group: "", kind, namespace, name }, context);
    if (object === undefined) {
      if (optional) return {};
      throw missing(kind, { namespace, name });
    }
    const text = kind === "Secret" ? decoded : String;
    return Object.fromEntries(Object.entries(objectAt(object, "data")).map(([key, value]) => [key, text(value)]));
  });
}

function decoded(value: unknown): string {
  return new TextDecoder().decode(bytesOf(value));
}

/** The API server lets nothing but base64 into a Secret; an empty value may be null. */
function bytesOf(value: unknown): Uint8Array {
  return (typeof value === "string" ? decodeBase64(value) : undefined) ?? new Uint8Array();
}

function missing(kind: string, { namespace, name }: Place): GitOpsError {
  return new GitOpsError("OBJECT_NOT_FOUND", `the ${kind} ${namespace}/${name} is not there`, {
    hint: "create it, or correct the reference to it",
    data: { object: `${kind.toLowerCase()}/${name}`, namespace },
  });
}

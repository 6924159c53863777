import { GitOpsError } from "../model/errors.ts";
import { parseGitRef, type Source } from "../model/source.ts";
import type { StoredDelivery } from "../ports/delivery-store.ts";
import type { DeliveryRequest } from "./request.ts";

/**
 * The source of this run: what was typed, else what the delivery's record says, with the ref and path of this run put over it.
 * @throws DELIVERY_NOT_FOUND where neither is there, USAGE where a ref is given for a folder.
 */
export function resolveSource(request: DeliveryRequest, stored: StoredDelivery | undefined): Source {
  const source = request.source ?? stored?.inventory.source;
  if (source === undefined) {
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${request.ref.name} in the namespace ${request.ref.namespace}`, {
      hint: `name its source once: gitops sync ${request.ref.name} DIRECTORY -n ${request.ref.namespace}, or --repo URL --path DIRECTORY`,
      data: { delivery: request.ref.name, namespace: request.ref.namespace },
    });
  }
  const { ref, path } = request.override;
  if (ref === undefined && path === undefined) return source;
  if (source.type === "directory") {
    throw new GitOpsError("USAGE", "--ref and --path need a Git repository, this delivery comes from a folder", { hint: "add --repo URL" });
  }
  return {
    ...source,
    ...(ref === undefined ? {} : { ref: parseGitRef(ref) }),
    ...(path === undefined ? {} : { path }),
  };
}

/** A source as people name it. */
export function formatSource(source: Source): string {
  if (source.type === "directory") return source.path;
  return source.path === "" ? source.url : `${source.url}//${source.path}`;
}

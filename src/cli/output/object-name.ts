import { formatResourceId, type ResourceId } from "../../engine/index.ts";
import { escapeControls } from "./escape.ts";

/** An object as people name it: `deployment.apps/web -n shop`. Safe to print. */
export function objectName(id: ResourceId): string {
  const name = formatResourceId(id);
  return escapeControls(id.namespace === "" ? name : `${name} -n ${id.namespace}`);
}

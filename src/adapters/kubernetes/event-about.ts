import { randomBytes } from "node:crypto";
import { stringAt, type JsonObject } from "../../engine/model/json.ts";
import type { Manifest } from "../../engine/model/manifest.ts";
import type { ObjectEvent } from "../../engine/ports/delivery-objects.ts";

/** Events with longer messages are refused by the API server. */
const LONGEST_MESSAGE = 1024;

/** An Event (core/v1) about an object, as client-go's recorder writes it: beside the object, in `default` where it lies in no namespace. */
export function eventAbout(object: JsonObject, { type, reason, message, annotations, component }: ObjectEvent, at: Date): Manifest {
  const involved = {
    apiVersion: stringAt(object, "apiVersion"),
    kind: stringAt(object, "kind"),
    namespace: stringAt(object, "metadata", "namespace"),
    name: stringAt(object, "metadata", "name"),
    uid: stringAt(object, "metadata", "uid"),
    resourceVersion: stringAt(object, "metadata", "resourceVersion"),
  };
  const namespace = involved.namespace || "default";
  const name = `${involved.name}.${randomBytes(8).toString("hex")}`;
  const time = at.toISOString().replace(/\.\d+Z$/, "Z");
  const event: JsonObject = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace, annotations: { ...annotations } },
    involvedObject: involved,
    type,
    reason,
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  return { id: { group: "", kind: "Event", namespace, name }, apiVersion: "v1", object: event, origin: { file: "" } };
}

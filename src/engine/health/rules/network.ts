import type { Health } from "../../model/health.ts";
import { arrayAt, stringAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { healthy, progressing } from "../verdict.ts";

/** Only a Service of type LoadBalancer waits for anything. */
export function assessService(object: JsonObject): Health {
  if (stringAt(object, "spec", "type") !== "LoadBalancer" || hasAddress(object)) return healthy();
  return progressing(
    "AddressPending",
    "no load balancer has given it an address yet; is there a controller for load balancers in this cluster?",
  );
}

export function assessIngress(object: JsonObject): Health {
  if (hasAddress(object)) return healthy();
  const ingressClass = stringAt(object, "spec", "ingressClassName");
  const which = ingressClass === "" ? "an ingress controller" : `a controller for the ingress class ${ingressClass}`;
  return progressing("AddressPending", `no ingress controller has given it an address yet; is there ${which} in this cluster?`);
}

function hasAddress(object: JsonObject): boolean {
  return arrayAt(object, "status", "loadBalancer", "ingress").length > 0;
}

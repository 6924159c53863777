import type { Health } from "../../model/health.ts";
import { stringAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { degraded, healthy, progressing, unknown } from "../verdict.ts";

export function assessPersistentVolumeClaim(object: JsonObject): Health {
  const storageClass = stringAt(object, "spec", "storageClassName");
  switch (stringAt(object, "status", "phase")) {
    case "Bound":
      return healthy();
    case "Pending":
      return progressing("Pending", `not bound to a volume yet${storageClass === "" ? "" : ` (storage class ${storageClass})`}`);
    case "Lost":
      return degraded("Lost", `its volume ${stringAt(object, "spec", "volumeName")} is gone`);
    default:
      return unknown("PhaseUnknown", "the claim has no phase");
  }
}

export function assessPersistentVolume(object: JsonObject): Health {
  const message = stringAt(object, "status", "message");
  switch (stringAt(object, "status", "phase")) {
    case "Available":
    case "Bound":
      return healthy();
    case "Released":
      return healthy("its claim is gone and it is not reclaimed yet", "Released");
    case "Failed":
      return degraded(stringAt(object, "status", "reason") || "Failed", message || "reclaiming it failed");
    default:
      return progressing("Pending", message);
  }
}

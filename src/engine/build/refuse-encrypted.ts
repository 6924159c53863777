import type { JsonObject } from "../model/json.ts";
import type { Origin } from "../model/manifest.ts";
import { fileFailure } from "../yaml/failure.ts";

/** Refuses an object with SOPS's own field: encrypted content is never applied as it is. Throws UNSUPPORTED_CONTENT naming the file. */
export function refuseEncrypted(object: JsonObject, origin: Origin): void {
  if (!Object.hasOwn(object, "sops")) return;
  throw fileFailure("UNSUPPORTED_CONTENT", {
    severity: "error",
    ...origin,
    message: "encrypted with SOPS, and nothing here decrypts it",
    hint: "decrypt it before the build, or leave the file out with .sourceignore",
  });
}

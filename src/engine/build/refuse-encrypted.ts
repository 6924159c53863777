import type { JsonObject } from "../model/json.ts";
import type { Origin } from "../model/manifest.ts";
import { fileFailure } from "../yaml/failure.ts";

const MESSAGE = "encrypted with SOPS, and nothing here decrypts it";
/** What SOPS leaves beside the values, by format: YAML, JSON, an env file, INI. */
const METADATA = /^sops:|^\s*"sops"\s*:|^sops_(?:mac|version)=|^\[sops\]/m;
const VALUE = "ENC[AES256_GCM,data:";

/** Refuses an object with SOPS's own field: encrypted content is never applied as it is. Throws UNSUPPORTED_CONTENT naming the file. */
export function refuseEncrypted(object: JsonObject, origin: Origin): void {
  if (!Object.hasOwn(object, "sops")) return;
  const hint = "decrypt it before the build, or leave the file out with .sourceignore; spec.decryption of a Kustomization is not supported";
  throw fileFailure("UNSUPPORTED_CONTENT", { severity: "error", ...origin, message: MESSAGE, hint });
}

/**
 * Refuses a file that SOPS wrote, whatever reads it: a generator would make a Secret of the cipher text. One that only shows how such
 * a file looks has no encrypted value beside the metadata. Throws UNSUPPORTED_CONTENT.
 */
export function refuseEncryptedFile(file: string, bytes: Uint8Array): void {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes(VALUE) || !METADATA.test(text)) return;
  const hint = "decrypt it before the build, or take it out of the kustomization; spec.decryption of a Kustomization is not supported";
  throw fileFailure("UNSUPPORTED_CONTENT", { severity: "error", file, message: MESSAGE, hint });
}

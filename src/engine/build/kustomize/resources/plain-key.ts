import { resolvePlain } from "../../../yaml/scalar.ts";
import { buildFailure, type Spot } from "../fail.ts";

/**
 * Refuses a key that kustomize writes without quotes and then reads back as a number, a truth value, a time or nothing: it fails there.
 * Keys of labels, annotations and generated data are of that sort; those of files keep their quotes.
 */
export function checkPlainKey(where: Spot | string, key: string): void {
  if (resolvePlain(key, "resource") === key) return;
  throw buildFailure(where, `the key ${JSON.stringify(key)} would be read as a number, a time or a word of YAML; expected a name`);
}

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Manifest } from "../model/manifest.ts";
import { printManifests } from "../yaml/print.ts";

/** The digest of built objects as they print, `sha256:<hex>`: equal for builds of the same objects in the same order. */
export function digestOf(manifests: readonly Manifest[]): string {
  return `sha256:${bytesToHex(sha256(new TextEncoder().encode(printManifests(manifests.map(({ object }) => object)))))}`;
}

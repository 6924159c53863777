/** `main@sha1:<40 hex>` with 8 digits of the hash, as Flux prints it. */
export function shortRevision(revision: string): string {
  return revision.replaceAll(/(sha\d+:[0-9a-f]{8})[0-9a-f]+/g, "$1");
}

import { compileObjectSelector } from "../build/object-selector.ts";
import type { Manifest } from "../model/manifest.ts";
import type { AppDelivery } from "./request.ts";

/** The fields of an object that an app leaves as the cluster has them, as JSON pointers. Throws INVALID_MANIFEST naming a bad pattern. */
export async function ignoredFieldsOf(delivery: AppDelivery | undefined): Promise<(manifest: Manifest) => readonly string[]> {
  const entries = delivery?.app.ignored ?? [];
  const rules = await Promise.all(
    entries.map(async ({ paths, target }, index) => ({
      paths,
      matches: await compileObjectSelector(target, `spec.ignore[${String(index)}].target`),
    })),
  );
  return (manifest) => rules.flatMap(({ paths, matches }) => (matches(manifest) ? paths : []));
}

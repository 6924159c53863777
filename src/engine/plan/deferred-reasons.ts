import type { Discovery } from "../model/discovery.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";

/** By resourceKey of the deferred object; the text says what it needs. `live` by resourceKey. */
export declare function deferredReasons(
  manifests: readonly Manifest[],
  live: ReadonlyMap<string, JsonObject>,
  discovery: Discovery,
  options?: {
    /** Names of namespaces that the run makes although the build has none (--create-namespace). */
    readonly createdNamespaces?: ReadonlySet<string>;
    /** resourceKeys of objects of the build that are known to change, such as a CRD with a new version. */
    readonly changed?: ReadonlySet<string>;
  },
): ReadonlyMap<string, string>;

import type { JsonObject } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { compileSchema } from "./compile.ts";
import { builtInSchema, type Schema, schemaOf } from "./schema.ts";

/** The one version of Kubernetes whose schema kustomize v5.8.2 embeds. */
const BUILT_IN_VERSION = "v1.21.2";

/**
 * The schema that a field `openapi` asks for; undefined where it names none.
 * Throws BUILD_FAILED for an unknown version, or a version beside a file.
 */
export function setSchema(file: string, version: string | undefined, document: JsonObject | undefined): Schema | undefined {
  if (document !== undefined) {
    if (version !== undefined)
      throw buildFailure({ file, field: "/openapi/version" }, "openapi: builtin version and custom schema provided, cannot use both");
    return schemaOf(compileSchema(document));
  }
  if (version === undefined || version === "") return undefined;
  if (version !== BUILT_IN_VERSION)
    throw buildFailure(
      { file, field: "/openapi/version" },
      `openapi.version: the specified OpenAPI version is not built in; expected ${BUILT_IN_VERSION}`,
    );
  return builtInSchema;
}

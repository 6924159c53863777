import type { JsonObject } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { compileSchema } from "./compile.ts";
import { builtInSchema, hasKnownScope, type ObjectType, type Schema, schemaOf } from "./schema.ts";

/** The one version of Kubernetes whose schema kustomize v5.8.2 embeds. */
const BUILT_IN_VERSION = "v1.21.2";

/**
 * The schema of one build, as kustomize holds it in a variable of its process: the first kustomization that names one decides,
 * children after their parents. A file takes the place of the built-in schema, but for what was read of that before.
 */
export class BuildSchema implements Schema {
  /** What was read, the latest first: its types win. */
  #read: readonly Schema[] = [];
  #waiting: Schema = builtInSchema;
  #isRead = false;
  #isSet = false;
  /** Asked for the scope of a kind that it is not certain of, kustomize remembers to read the built-in schema as well. */
  #wantsBuiltIn = false;

  /**
   * Takes what a field `openapi` asks for, if it is the first. Throws BUILD_FAILED for an unknown version, or a version beside a file.
   */
  choose(file: string, version: string | undefined, document: JsonObject | undefined): void {
    if (this.#isSet) return;
    if (document !== undefined) {
      if (version !== undefined)
        throw buildFailure({ file, field: "/openapi/version" }, "openapi: builtin version and custom schema provided, cannot use both");
      this.#waiting = schemaOf(compileSchema(document));
    } else if (version === undefined || version === "") {
      return;
    } else if (version !== BUILT_IN_VERSION) {
      throw buildFailure(
        { file, field: "/openapi/version" },
        `openapi.version: the specified OpenAPI version is not built in; expected ${BUILT_IN_VERSION}`,
      );
    }
    this.#isSet = true;
    this.#isRead = false;
  }

  typeOf(apiVersion: string, kind: string): ObjectType | undefined {
    this.#readWaiting();
    for (const schema of this.#read) {
      const type = schema.typeOf(apiVersion, kind);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  isClusterScoped(apiVersion: string, kind: string): boolean {
    if (hasKnownScope(apiVersion, kind)) return builtInSchema.isClusterScoped(apiVersion, kind);
    if (this.#waiting !== builtInSchema) this.#readWaiting();
    else if (!this.#isRead) this.#wantsBuiltIn = true;
    return this.#read.some((schema) => schema.isClusterScoped(apiVersion, kind));
  }

  #readWaiting(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.#read = [this.#waiting, ...this.#read];
    if (this.#wantsBuiltIn && this.#waiting !== builtInSchema) this.#read = [builtInSchema, ...this.#read];
    this.#wantsBuiltIn = false;
  }
}

import type { JsonObject } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { compileSchema, type SchemaTable } from "./compile.ts";
import { builtInSchema, hasKnownScope, type ObjectType, type Schema, schemaOf } from "./schema.ts";
import { BUILT_IN_SCHEMA } from "./table.ts";

/** The one version of Kubernetes whose schema kustomize v5.8.2 embeds. */
const BUILT_IN_VERSION = "v1.21.2";

/**
 * The schema of one build, as kustomize holds it in a variable of its process: the first kustomization that names one decides,
 * children after their parents. A file takes the place of the built-in schema, but where that was read before, or is owed, both are
 * put together: each may refer to what the other defines, and what both define is as in the one that is read last.
 */
export class BuildSchema implements Schema {
  /** What was read so far, put together. */
  #table: SchemaTable | undefined;
  #schema: Schema | undefined;
  /** The file that takes the place of the built-in schema. */
  #document: JsonObject | undefined;
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
      this.#document = document;
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
    this.#read();
    return this.#schema?.typeOf(apiVersion, kind);
  }

  isClusterScoped(apiVersion: string, kind: string): boolean {
    if (hasKnownScope(apiVersion, kind)) return builtInSchema.isClusterScoped(apiVersion, kind);
    if (this.#document !== undefined) this.#read();
    else if (!this.#isRead) this.#wantsBuiltIn = true;
    return this.#schema?.isClusterScoped(apiVersion, kind) === true;
  }

  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const known = this.#table ?? (this.#wantsBuiltIn ? BUILT_IN_SCHEMA : undefined);
    this.#add(this.#document === undefined ? BUILT_IN_SCHEMA : compileSchema(this.#document, known));
    if (this.#wantsBuiltIn) this.#add(BUILT_IN_SCHEMA);
    this.#wantsBuiltIn = false;
    this.#schema = this.#table === BUILT_IN_SCHEMA ? builtInSchema : schemaOf(this.#table ?? BUILT_IN_SCHEMA);
  }

  #add(added: SchemaTable): void {
    const before = this.#table;
    this.#table =
      before === undefined || before === added
        ? added
        : {
            types: { ...before.types, ...added.types },
            definitions: { ...before.definitions, ...added.definitions },
            clusterScoped: [...before.clusterScoped, ...added.clusterScoped],
            namespaced: [...before.namespaced, ...added.namespaced],
          };
  }
}

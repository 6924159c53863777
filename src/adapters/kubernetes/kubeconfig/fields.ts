import { isAbsolute, join } from "node:path";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../engine/model/json.ts";
import type { Material } from "../access.ts";

/** One map of a kubeconfig, read field by field. Messages name the field and the file, never a value. */
export class Fields {
  readonly #values: Readonly<JsonObject>;
  /** Such as `users[kim].user`. */
  readonly #where: string;
  readonly #file: KubeconfigFile;

  constructor(value: JsonValue | undefined, where: string, file: KubeconfigFile) {
    if (value !== undefined && value !== null && !isJsonObject(value)) throw invalid(file, `${where} must be a map`);
    this.#values = isJsonObject(value) ? value : {};
    this.#where = where;
    this.#file = file;
  }

  value(name: string): JsonValue | undefined {
    const found = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    return found ?? undefined;
  }

  /** Undefined where it is missing or "". Numbers and booleans count as the text they are written as, as kubectl has it. */
  text(name: string): string | undefined {
    const found = this.value(name);
    if (found === undefined || found === "") return undefined;
    if (typeof found === "object") throw this.mustBe(name, "a text");
    return String(found);
  }

  flag(name: string): boolean {
    const found = this.value(name) ?? false;
    if (typeof found !== "boolean") throw this.mustBe(name, "true or false");
    return found;
  }

  list(name: string): readonly JsonValue[] {
    const found = this.value(name) ?? [];
    if (!Array.isArray(found)) throw this.mustBe(name, "a list");
    return found;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (typeof item === "object") throw this.mustBe(name, "a list of texts");
      return String(item);
    });
  }

  map(name: string): Fields {
    return new Fields(this.value(name), this.path(name), this.#file);
  }

  keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** A path, relative to the folder of the kubeconfig. */
  file(name: string): string | undefined {
    const path = this.text(name);
    return path === undefined || isAbsolute(path) ? path : join(this.#file.folder, path);
  }

  /** `NAME-data` (base64) where it is given, else the file that NAME names. */
  material(name: string): Material | undefined {
    const data = this.text(`${name}-data`);
    if (data !== undefined) return { type: "inline", text: this.#decode(`${name}-data`, data) };
    const path = this.file(name);
    return path === undefined ? undefined : { type: "file", path };
  }

  mustBe(name: string, what: string): GitOpsError {
    return invalid(this.#file, `${this.path(name)} must be ${what}`);
  }

  path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }

  #decode(name: string, data: string): string {
    const packed = data.replace(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw this.mustBe(name, "base64");
    return Buffer.from(packed, "base64").toString("utf8");
  }
}

/** Where a kubeconfig came from. */
export interface KubeconfigFile {
  /** As messages name it. */
  readonly name: string;
  /** Relative paths inside start here. */
  readonly folder: string;
}

/** INVALID_KUBECONFIG for a file. */
export function invalid(file: KubeconfigFile, what: string, cause?: unknown): GitOpsError {
  return new GitOpsError("INVALID_KUBECONFIG", `kubeconfig ${file.name}: ${what}`, {
    hint: "compare it with `kubectl config view`, or fetch it again",
    cause,
    data: { path: file.name },
  });
}

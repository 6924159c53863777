import { decodeBase64 } from "./base64.ts";
import { resolvePlain, type Scalar, type YamlDialect } from "./scalar.ts";

const CORE_PREFIX = "tag:yaml.org,2002:";

/** The core type that an explicit tag names (`str` of `!!str`), "" of the non-specific `!`; undefined for any other tag. */
export function coreTag(source: string): string | undefined {
  if (source === "!") return "";
  if (source.startsWith("!!")) return source.slice(2);
  if (source.startsWith(`!<${CORE_PREFIX}`) && source.endsWith(">")) return source.slice(2 + CORE_PREFIX.length, -1);
  return undefined;
}

const RESOLVABLE = new Set(["", "str", "bool", "int", "null", "float", "timestamp", "binary", "merge", "seq", "map", "set"]);

/** Whether a tag says how its value is read. Any other is passed over, as go-yaml does: no function is made of `!!js/function`. */
export function isResolvable(tag: string | undefined): tag is string {
  return tag !== undefined && RESOLVABLE.has(tag);
}

/** The value of a scalar with an explicit core tag; undefined where the text is none of that type or the tag is no scalar's. */
export function resolveTagged(tag: string, text: string, dialect: YamlDialect): Scalar | undefined {
  if (tag === "" || tag === "str") return text;
  if (tag === "binary") return decodeBase64Text(text);
  const value = resolvePlain(text, dialect);
  switch (tag) {
    case "null":
      return value === null ? null : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "int":
      return typeof value === "bigint" || Number.isInteger(value) ? value : undefined;
    case "float":
      return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : undefined;
    case "timestamp":
      return typeof value === "string" ? value : undefined;
    default:
      return undefined;
  }
}

function decodeBase64Text(text: string): string | undefined {
  const bytes = decodeBase64(text);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

import { resolvePlain, type Scalar, type YamlDialect } from "./scalar.ts";

const CORE_PREFIX = "tag:yaml.org,2002:";

/** The core type that an explicit tag names (`str` of `!!str`), "" of the non-specific `!`; undefined for any other tag. */
export function coreTag(source: string): string | undefined {
  if (source === "!") return "";
  if (source.startsWith("!!")) return source.slice(2);
  if (source.startsWith(`!<${CORE_PREFIX}`) && source.endsWith(">")) return source.slice(2 + CORE_PREFIX.length, -1);
  return undefined;
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

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of standard base64, line breaks left out; undefined where it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const compact = text.replaceAll(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  const digits = compact.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
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

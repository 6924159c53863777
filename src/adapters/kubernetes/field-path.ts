import { isJsonObject, type JsonValue } from "../../engine/model/json.ts";

/**
 * The JSON pointer of a path as structured-merge-diff prints it, such as `.spec.containers[name="web"].image`.
 * Field names stand in it unquoted, dots and all, so only the object tells where one ends.
 *
 * @param object the applied object, which holds every field that a conflict can name.
 * @returns the path as it came where it leads nowhere in the object.
 */
export function pointerOfFieldPath(path: string, object: JsonValue): string {
  const tokens = walk(path, object);
  return tokens === undefined ? path : tokens.map((token) => `/${escapeToken(token)}`).join("");
}

/** The JSON pointer of a path as validation prints it: `spec.clusterIPs[0]`, `data[a.key]`. */
export function pointerOfValidationPath(path: string): string {
  const tokens = path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g);
  return [...tokens].map(([, key, name]) => `/${escapeToken(key ?? name ?? "")}`).join("");
}

function walk(rest: string, value: JsonValue | undefined): readonly string[] | undefined {
  if (rest === "") return [];
  if (rest.startsWith(".") && isJsonObject(value)) return walkField(rest.slice(1), value);
  const element = /^\[((?:[^\]"]|"(?:[^"\\]|\\.)*")*)\]/.exec(rest);
  if (element === null || !Array.isArray(value)) return undefined;
  const index = indexOfElement(element[1] ?? "", value);
  return index < 0 ? undefined : prefixed(String(index), walk(rest.slice(element[0].length), value[index]));
}

function walkField(rest: string, value: { readonly [key: string]: JsonValue }): readonly string[] | undefined {
  const names = Object.keys(value).filter((name) => rest.startsWith(name) && /^($|[.[])/.test(rest.slice(name.length)));
  for (const name of names.toSorted((a, b) => b.length - a.length)) {
    const found = prefixed(name, walk(rest.slice(name.length), value[name]));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `name="web",port=80` keys of a list map, `="value"` an element of a set, `3` an index. */
function indexOfElement(selector: string, list: readonly JsonValue[]): number {
  if (/^\d+$/.test(selector)) return Number(selector);
  if (selector.startsWith("=")) return list.findIndex((item) => printed(item) === selector.slice(1));
  const keys = [...selector.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)];
  if (keys.length === 0) return -1;
  // A key that the manifest leaves out has the server's default (a port's protocol), so it can't tell elements apart here.
  return list.findIndex(
    (item) => isJsonObject(item) && keys.every(([, key = "", value]) => !Object.hasOwn(item, key) || printed(item[key]) === value),
  );
}

function printed(value: JsonValue | undefined): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function prefixed(token: string, rest: readonly string[] | undefined): readonly string[] | undefined {
  return rest === undefined ? undefined : [token, ...rest];
}

function escapeToken(token: string): string {
  return token.replace(/~/g, "~0").replace(/\//g, "~1");
}

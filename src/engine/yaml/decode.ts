import { fileFailure, lineBreaks } from "./failure.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

const UTF16_MARKS = [
  { mark: [0xff, 0xfe], encoding: "utf-16le" },
  { mark: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * The text of a file without its byte order mark: UTF-8, or UTF-16 where that mark says so, as go-yaml reads it.
 * Throws BUILD_FAILED for bytes that are no text in it.
 */
export function decodeYamlText(bytes: Uint8Array, file: string): string {
  const encoding = UTF16_MARKS.find(({ mark }) => bytes[0] === mark[0] && bytes[1] === mark[1])?.encoding ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw notText(file, bytes, encoding);
    throw cause;
  }
}

function notText(file: string, bytes: Uint8Array, encoding: Encoding): Error {
  const before = longestText(bytes, encoding);
  const place = { line: lineBreaks(before) + 1, column: before.length - before.lastIndexOf("\n") };
  const message = `the file is not valid ${encoding.toUpperCase()}; UTF-8 is expected`;
  return fileFailure("BUILD_FAILED", { severity: "error", file, ...place, message, hint: "save the file as UTF-8" });
}

/** The text up to the first bytes that are none. */
function longestText(bytes: Uint8Array, encoding: Encoding): string {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (startOf(bytes, middle, encoding) === undefined) invalid = middle;
    else valid = middle;
  }
  return startOf(bytes, valid, encoding) ?? "";
}

function startOf(bytes: Uint8Array, length: number, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

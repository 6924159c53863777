import { fileFailure } from "./failure.ts";

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
    if (cause instanceof TypeError) throw notText(file, `the file is not valid ${encoding.toUpperCase()}`);
    throw cause;
  }
}

function notText(file: string, message: string): Error {
  return fileFailure("BUILD_FAILED", { severity: "error", file, message: `${message}; UTF-8 is expected`, hint: "save the file as UTF-8" });
}

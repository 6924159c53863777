import { fileFailure } from "./failure.ts";

const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/**
 * The text of a file: UTF-8 without its byte order mark.
 * Throws BUILD_FAILED for any other encoding.
 */
export function decodeYamlText(bytes: Uint8Array, file: string): string {
  if (UTF16_MARKS.some(([first, second]) => bytes[0] === first && bytes[1] === second)) throw notUtf8(file, "the file is UTF-16");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw notUtf8(file, "the file is not valid UTF-8");
    throw cause;
  }
}

function notUtf8(file: string, message: string): Error {
  return fileFailure("BUILD_FAILED", { severity: "error", file, message: `${message}; UTF-8 is expected`, hint: "save the file as UTF-8" });
}

import { lineBreaks, yamlFailure, type YamlText } from "./failure.ts";

const SEPARATOR = /\n---(.*)\n/g;

/**
 * Splits a file at its `---` lines, each part to be parsed alone, as kustomize's byte reader does
 * (kyaml/kio/byteio_reader.go): the first line is no separator, and only a comment may follow the dashes.
 *
 * @param limit stop after so many parts and one more; the caller refuses them.
 */
export function splitDocuments(file: string, text: string, limit: number): readonly YamlText[] {
  const parts: YamlText[] = [];
  let start = 0;
  let firstLine = 1;
  for (const match of text.matchAll(SEPARATOR)) {
    const rest = (match[1] ?? "").trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw yamlFailure({ file, text, firstLine: 1 }, match.index + 1, {
        message: "text after the document separator; expected a line with --- alone",
      });
    }
    const part = text.slice(start, match.index + 1);
    parts.push({ file, text: part, firstLine });
    if (parts.length > limit) return parts;
    firstLine += lineBreaks(part) + 1;
    start = match.index + match[0].length;
  }
  parts.push({ file, text: text.slice(start), firstLine });
  return parts;
}

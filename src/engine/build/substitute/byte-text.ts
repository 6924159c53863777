/**
 * Text as the bytes of its UTF-8, one character for each byte. The substitution of Flux counts and cuts in bytes, as Go does with strings.
 */
export type ByteText = string;

const CHUNK = 8192;
const ASCII_ONLY = /^[\0-\x7f]*$/; // eslint-disable-line no-control-regex
const REPLACEMENT: ByteText = "\xef\xbf\xbd";

export function toBytes(text: string): ByteText {
  if (ASCII_ONLY.test(text)) return text;
  const bytes = new TextEncoder().encode(text);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return parts.join("");
}

/** The text of bytes; undefined where they are no UTF-8, as after a cut inside of a character. */
export function fromBytes(bytes: ByteText): string | undefined {
  if (ASCII_ONLY.test(bytes)) return bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** How many bytes the character at a place takes; 1 where they are no UTF-8. */
export function characterWidth(bytes: ByteText, at: number): number {
  const lead = bytes.charCodeAt(at);
  const width = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  return width > 1 && fromBytes(bytes.slice(at, at + width)) === undefined ? 1 : width;
}

/** The characters of a text, what is no UTF-8 replaced as Go's conversion to runes does. */
export function charactersOf(bytes: ByteText): readonly ByteText[] {
  if (ASCII_ONLY.test(bytes)) return [...bytes];
  const characters: ByteText[] = [];
  for (let at = 0; at < bytes.length;) {
    const width = characterWidth(bytes, at);
    const character = bytes.slice(at, at + width);
    characters.push(width === 1 && character >= "\x80" ? REPLACEMENT : character);
    at += width;
  }
  return characters;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LINE = 70;

/** Base64 as kustomize stores it: from 70 characters on in lines of 70, each with a line break, the last one too. */
export function encodeBase64Lines(bytes: Uint8Array): string {
  const encoded = encodeBase64(bytes);
  if (encoded.length < LINE) return encoded;
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += LINE) lines.push(`${encoded.slice(at, at + LINE)}\n`);
  return lines.join("");
}

function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [first, second, third] = [bytes[at] ?? 0, bytes[at + 1], bytes[at + 2]];
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    const letter = (shift: number) => ALPHABET[(group >> shift) & 63] ?? "";
    parts.push(letter(18) + letter(12) + (second === undefined ? "=" : letter(6)) + (third === undefined ? "=" : letter(0)));
  }
  return parts.join("");
}

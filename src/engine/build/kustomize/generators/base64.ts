import { encodeBase64 } from "../../../yaml/base64.ts";

const LINE = 70;

/** Base64 as kustomize stores it: from 70 characters on in lines of 70, each with a line break, the last one too. */
export function encodeBase64Lines(bytes: Uint8Array): string {
  const encoded = encodeBase64(bytes);
  if (encoded.length < LINE) return encoded;
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += LINE) lines.push(`${encoded.slice(at, at + LINE)}\n`);
  return lines.join("");
}

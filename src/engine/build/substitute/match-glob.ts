import { characterWidth, fromBytes, type ByteText } from "./byte-text.ts";
import { spendSteps, type Work } from "./work.ts";

/** What a pattern says of a text; `malformed` where it was read as far as a mistake in it. */
export type GlobVerdict = "match" | "no match" | "malformed";

/** The rest of the text after a piece of a pattern; "no match" or "malformed" where it does not stand there. */
type PieceVerdict = { readonly rest: ByteText } | "no match" | "malformed";

/**
 * Whether a pattern of `*`, `?`, `[a-z]`, `[^…]` and `\` matches all of a text, decided as package `path` of envsubst v1.7.0 does:
 * Go's `path.Match`, but for stars that cross slashes. A star takes bytes, `?` and classes take characters.
 */
export function matchGlob(pattern: ByteText, text: ByteText, work: Work): GlobVerdict {
  let left = pattern;
  let name = text;
  while (left !== "") {
    const { star, piece, rest } = nextPiece(left);
    spendSteps(work, left.length - rest.length);
    left = rest;
    if (star && piece === "") return "match";
    const found = find(piece, name, star, left === "", work);
    if (typeof found === "string") return found;
    name = found.rest;
  }
  return name === "" ? "match" : "no match";
}

/** Where a piece stands first: here, or behind bytes that the star takes. The last one must end the text. */
function find(piece: ByteText, name: ByteText, star: boolean, isLast: boolean, work: Work): PieceVerdict {
  for (let skipped = 0; skipped <= name.length; skipped++) {
    const found = matchPiece(piece, name.slice(skipped), work);
    if (found === "malformed") return found;
    if (typeof found !== "string" && (!isLast || found.rest === "")) return found;
    if (!star) break;
  }
  return "no match";
}

function nextPiece(pattern: ByteText): { readonly star: boolean; readonly piece: ByteText; readonly rest: ByteText } {
  let start = 0;
  while (pattern.charAt(start) === "*") start++;
  let inClass = false;
  let end = start;
  for (; end < pattern.length; end++) {
    const character = pattern.charAt(end);
    if (character === "\\" && end + 1 < pattern.length) end++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "*" && !inClass) break;
  }
  return { star: start > 0, piece: pattern.slice(start, end), rest: pattern.slice(end) };
}

function matchPiece(piece: ByteText, text: ByteText, work: Work): PieceVerdict {
  let at = 0;
  let behind = 0;
  while (at < piece.length) {
    spendSteps(work, 1);
    if (behind >= text.length) return "no match";
    const mark = piece.charAt(at);
    if (mark === "[") {
      const width = characterWidth(text, behind);
      const tested = matchClass(piece, at + 1, codeAt(text, behind, width), work);
      if (typeof tested === "string") return tested;
      at = tested.end;
      behind += width;
    } else if (mark === "?") {
      at++;
      behind += characterWidth(text, behind);
    } else {
      if (mark === "\\") at++;
      if (at >= piece.length) return "malformed";
      if (piece.charAt(at) !== text.charAt(behind)) return "no match";
      at++;
      behind++;
    }
  }
  return { rest: text.slice(behind) };
}

/** @param start behind the opening bracket. */
function matchClass(piece: ByteText, start: number, code: number, work: Work): { readonly end: number } | "no match" | "malformed" {
  const negated = piece.charAt(start) === "^";
  let at = negated ? start + 1 : start;
  let matches = false;
  for (let ranges = 0; ranges === 0 || piece.charAt(at) !== "]"; ranges++) {
    spendSteps(work, 1);
    const low = classCharacter(piece, at);
    if (low === undefined) return "malformed";
    const high = piece.charAt(low.end) === "-" ? classCharacter(piece, low.end + 1) : low;
    if (high === undefined) return "malformed";
    matches ||= low.code <= code && code <= high.code;
    at = high.end;
  }
  return matches === negated ? "no match" : { end: at + 1 };
}

/** One character of a class, behind which something must follow; undefined where none may stand. */
function classCharacter(piece: ByteText, start: number): { readonly code: number; readonly end: number } | undefined {
  const mark = piece.charAt(start);
  if (mark === "" || mark === "-" || mark === "]") return undefined;
  const at = mark === "\\" ? start + 1 : start;
  if (at >= piece.length) return undefined;
  const width = characterWidth(piece, at);
  const code = codeAt(piece, at, width);
  const end = at + width;
  return end >= piece.length || (width === 1 && piece.charAt(at) >= "\x80") ? undefined : { code, end };
}

function codeAt(bytes: ByteText, at: number, width: number): number {
  return fromBytes(bytes.slice(at, at + width))?.codePointAt(0) ?? 0xfffd;
}

/**
 * What a terminal would obey or not show: control characters (ESC, backspace, the C1 range, DEL), format characters (bidi
 * overrides and isolates, zero-width spaces and joiners, soft hyphen, byte order mark, tags), line and paragraph separators,
 * blank fillers and variation selectors beyond the emoji ones, and halves of surrogate pairs.
 */
const UNSHOWABLE =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\u034f|\u115f|\u1160|\u17b4|\u17b5|[\u180b-\u180f]|\u3164|\uffa0|[\u{e0100}-\u{e01ef}]/gu;

const MNEMONICS: ReadonlyMap<string, string> = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

/**
 * The one choke point for text from outside: names, messages, file contents, answers of servers. What a terminal would obey
 * or hide is shown as an escape (`\x1b`, `\u202e`, `\n`), so that the text can neither forge output nor lie about itself.
 * Escaping twice changes nothing; backslashes stay as they are.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSHOWABLE, escapeOf);
}

/** As {@link escapeControls}, but line feeds stay: for text that is printed as lines, such as a server's long answer. */
export function escapeLines(text: string): string {
  return text.replace(UNSHOWABLE, (character) => (character === "\n" ? character : escapeOf(character)));
}

function escapeOf(character: string): string {
  const mnemonic = MNEMONICS.get(character);
  if (mnemonic !== undefined) return mnemonic;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return code > 0xff ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`;
}

/** Longest text of a finding: what follows is cut. */
const LONGEST = 400;
/** What is looked at of a text: a line of a log may be as long as its writer likes. */
const LOOKED_AT = 4_000;

/**
 * What looks like a secret in words of others (controllers, servers, logs of containers), each with what is shown in place of it. The
 * names before a value stay, so that one sees what was there.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "(private key)"],
  // The user of an ssh address is part of it; whatever stands before the @ of another one may be a token.
  [/\b(?!ssh:)([a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"]+@/gi, "$1***@"],
  [/\b(ssh:\/\/[^\s/?#'":@]+):[^\s/?#'"@]+@/gi, "$1:***@"],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 ***"],
  [/\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|hvs\.[\w-]{16,})/g, "***"],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]+/gi, "***"],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, "***"],
];

/** Settings by the name of a secret, as programs log them. In prose a secret is an object: only what looks like no word is left out then. */
const SETTINGS: readonly (readonly [RegExp, string])[] = [
  [
    /(?<![\w/.-])((["']?)[\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key)\2\s*=\s*)(?!\*\*\*)(?:"[^"]*"|'[^']*'|[^\s,;&"']+)/gi,
    "$1***",
  ],
  [
    /(?<![\w/.-])((["']?)[\w-]*(?:passw(?:or)?d|passphrase|token|api[_-]?key|access[_-]?key)\2:\s*)(?!\*\*\*)(?:"[^"]*"|'[^']*'|[^\s,;&"']+)/gi,
    "$1***",
  ],
  [/(?<![\w/.-])((["']?)[\w-]*secret\2:\s*)(?!\*\*\*)(?:"[^"]*"|'[^']*'|(?=[^\s,;&"']*\d)[^\s,;&"']{6,})/gi, "$1***"],
];

/** A text from outside on one line, without what looks like a secret, and not longer than can be read. */
export function redact(text: string): string {
  return oneLine(masked(text, [...SECRETS, ...SETTINGS]));
}

/** The same for a text of ours, whose own words are no settings: names and URLs in it may still come from outside. */
export function redactOwn(text: string): string {
  return oneLine(masked(text, SECRETS));
}

function masked(text: string, patterns: typeof SECRETS): string {
  let clean = text.slice(0, LOOKED_AT);
  for (const [pattern, shown] of patterns) clean = clean.replace(pattern, shown);
  return clean;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

// Writes docs/exit-codes.md and docs/errors.md from the tables of errors; a test fails when they are stale.
import { mkdirSync, writeFileSync } from "node:fs";
import { ERROR_EXIT } from "../engine/index.ts";
import { codesOf, ERROR_MEANINGS, errorCodes, EXIT_MEANINGS } from "../cli/output/exit-codes.ts";

const NOTICE = "<!-- Written by src/packaging/error-tables.ts; change the tables in src/cli/output/exit-codes.ts, not this file. -->";

/** The text of each document about errors, by its path from the top of the repository. */
export function errorDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/exit-codes.md", exitCodesDocument()],
    ["docs/errors.md", errorsDocument()],
  ]);
}

function exitCodesDocument(): string {
  const rows = Object.entries(EXIT_MEANINGS).map(([status, meaning]) => {
    const codes = codesOf(Number(status)).map((code) => `[\`${code}\`](errors.md#${code.toLowerCase()})`);
    return `| ${status} | ${meaning} | ${codes.join(", ")} |`;
  });
  return `${NOTICE}

# Exit codes

One table for every command; \`gitops help exit-codes\` prints it. A script may rely on the status; what exactly went wrong is
in the error's code, which \`-o json\` writes to stderr.

| status | meaning | error codes |
|---|---|---|
${rows.join("\n")}

When several things failed, the status is the first that applies of 6, 5, 13, 14, 7, 9.
`;
}

function errorsDocument(): string {
  const sections = errorCodes().map(
    (code) => `## ${code}\n\n${sentence(ERROR_MEANINGS[code])} Exit status [${ERROR_EXIT[code]}](exit-codes.md).\n`,
  );
  return `${NOTICE}

# Errors

Every way in which a command fails that is foreseen. Codes are kept once released; messages and hints may change.

${sections.join("\n")}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

if (import.meta.main) {
  const top = new URL("../../", import.meta.url);
  mkdirSync(new URL("docs/", top), { recursive: true });
  for (const [path, text] of errorDocuments()) writeFileSync(new URL(path, top), text);
}

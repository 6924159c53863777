// Writes completions/ from the table of commands; a test fails when they are stale.
import { mkdirSync, writeFileSync } from "node:fs";
import { COMMANDS } from "../cli/commands/table.ts";
import { COMPLETION_FILES, completionScript } from "../cli/completion/script.ts";
import { SHELLS } from "../cli/completion/shells.ts";

const folder = new URL("../../completions/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const shell of SHELLS) writeFileSync(new URL(COMPLETION_FILES[shell], folder), completionScript(shell, COMMANDS));

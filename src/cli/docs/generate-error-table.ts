// Writes docs/exit-codes.md and docs/errors.md from the table of errors: node src/cli/docs/generate-error-table.ts
import { mkdirSync, writeFileSync } from "node:fs";
import { errorDocuments } from "./error-documents.ts";

const top = new URL("../../../", import.meta.url);

mkdirSync(new URL("docs/", top), { recursive: true });
for (const [path, text] of errorDocuments()) writeFileSync(new URL(path, top), text);

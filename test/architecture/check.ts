// `npm run arch`: says what breaks the architecture, and what to do about it.
import { fileURLToPath } from "node:url";
import { readSources } from "./imports.ts";
import { rules, violations } from "./rules.ts";

const files = readSources(fileURLToPath(new URL("../..", import.meta.url)), "src");
const found = violations(files);
for (const { name, advice } of rules) {
  const own = found.filter(({ rule }) => rule === name);
  if (own.length === 0) continue;
  console.log(`\n${name}: ${advice}`);
  for (const { file, line, what } of own) console.log(`  ${file}:${line} ${what}`);
}
console.log(`${files.length} files, ${rules.length} rules, ${found.length} violations`);
process.exitCode = found.length === 0 ? 0 : 1;

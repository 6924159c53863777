import type { InstalledDefinition } from "../../engine/index.ts";
import { objectName } from "./object-name.ts";

/** One line for each definition, in kubectl's words. */
export function installedText(installed: readonly InstalledDefinition[], dryRun: boolean): string {
  const suffix = dryRun ? " (dry run)" : "";
  return installed
    .map(({ id, result }) => {
      const word = result === "left" ? "left as it is: it is installed already" : `${result}${suffix}`;
      return `${objectName(id)} ${word}\n`;
    })
    .join("");
}

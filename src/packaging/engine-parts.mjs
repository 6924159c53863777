// Plain JavaScript that Node 20 runs.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const INDEX = resolve("src/engine/index.ts");

/**
 * A plugin for esbuild: what the command line imports from the engine's index by name comes straight from the file that declares it.
 * Through the index, a chunk with one name of it would bring all of the engine.
 */
export const engineParts = {
  name: "engine-parts",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]cli[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (whole, names, from) =>
        resolve(dirname(path), from) === INDEX ? namesOf(names).map(importFromHome).join(" ") : whole,
      ),
      loader: "ts",
    }));
  },
};

/** The values among imported or exported names; types are gone in the bundle. */
function namesOf(list) {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
}

function importFromHome(name) {
  const [exported] = name.split(" as ");
  return `import { ${name} } from ${JSON.stringify(homeOf(exported, INDEX) ?? INDEX)};`;
}

/** The file that declares what a file exports under a name; undefined where it exports no such value. */
function homeOf(name, file) {
  const source = readFileSync(file, "utf8");
  if (new RegExp(`^export (?:async )?(?:function\\*?|const|class) ${name}\\b`, "m").test(source)) return file;
  for (const [, names, from] of source.matchAll(/^export (?:\*|\{([^}]*)\}) from "([^"]+)";$/gm)) {
    if (names !== undefined && !namesOf(names).includes(name)) continue;
    const home = homeOf(name, resolve(dirname(file), from));
    if (home !== undefined) return home;
  }
  return undefined;
}

// Plain JavaScript that Node 20 runs.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";

/**
 * Joins chunks that are loaded together into one file each. esbuild makes a chunk of every set of files that the same entries share, most of
 * them tiny; Node takes about half a millisecond to load one, and `gitops build` would need forty.
 *
 * @param shared options of the build that made the chunks, without those that say what to build.
 * @param metafile of that build, its outputs relative to the working directory.
 * @param groups by the file to make, the sources of the chunks that go into it, with all that these import statically; what a group before
 * it has is imported from there.
 */
export async function groupChunks(shared, metafile, groups) {
  const homes = new Map();
  for (const [file, sources] of Object.entries(groups)) {
    const members = closureOf(metafile, sources).filter((chunk) => !homes.has(chunk));
    for (const chunk of members) homes.set(chunk, { file, prefix: `m${homes.size}_` });
  }
  const made = await Promise.all(Object.keys(groups).map((file) => joined(shared, metafile, homes, file)));
  for (const chunk of Object.keys(metafile.outputs).filter((output) => !homes.has(output)))
    writeFileSync(chunk, redirected(readFileSync(chunk, "utf8"), chunk, chunk, homes));
  for (const chunk of homes.keys()) rmSync(chunk);
  for (const { path, text } of made) writeFileSync(path, text);
}

/** The chunks that begin with these sources, and what they import statically. */
function closureOf(metafile, sources) {
  const found = new Set(
    sources.map((source) => {
      const entry = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source);
      if (entry === undefined) throw new Error(`${source} begins no chunk`);
      return entry[0];
    }),
  );
  for (const chunk of found)
    for (const { path, kind } of metafile.outputs[chunk].imports)
      if (kind === "import-statement" && path in metafile.outputs) found.add(path);
  return [...found];
}

/** All chunks of a file in one text. What they export has the chunk's prefix; the bare prefix is all of a chunk that is imported as a whole. */
async function joined(shared, metafile, homes, file) {
  const members = [...homes].filter(([, home]) => home.file === file);
  const lines = members.map(([chunk, { prefix }]) => {
    const names = metafile.outputs[chunk].exports.map((name) => `${name} as ${prefix}${name}`);
    const own = chunk === file ? metafile.outputs[chunk].exports : [];
    const whole = metafile.outputs[chunk].entryPoint === undefined ? "" : `export * as ${prefix} from "./${chunk}"; `;
    return `${whole}export { ${[...names, ...own].join(", ")} } from "./${chunk}";`;
  });
  const chunks = {
    name: "chunks",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const chunk = relative(process.cwd(), resolve(resolveDir, path));
        const isHere = homes.get(chunk)?.file === file;
        return isHere ? { path: resolve(chunk) } : { path: pathFrom(file, chunk), external: true };
      });
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const chunk = relative(process.cwd(), path);
        return { contents: redirected(readFileSync(path, "utf8").replace(shared.banner.js, ""), chunk, file, homes) };
      });
    },
  };
  const stdin = { contents: lines.join("\n"), resolveDir: process.cwd() };
  const { outputFiles } = await build({ ...shared, metafile: false, stdin, outfile: file, write: false, plugins: [chunks] });
  return { path: file, text: outputFiles[0].text };
}

/** A chunk's text as a part of another file, its imports of chunks that are gone turned to the files that they are in now. */
function redirected(text, chunk, into, homes) {
  const target = (from) => join(dirname(chunk), from);
  return text
    .replace(/\bimport(?:\{([^{}]*)\}from)?"(\.[^"]+)";/g, (whole, names, from) => {
      const home = homes.get(target(from));
      if (home === undefined || home.file === into) return whole;
      const renamed = (names ?? "").split(",").map((name) => `${home.prefix}${name}${/ as /.test(name) ? "" : ` as ${name}`}`);
      return `import${names === undefined ? "" : `{${renamed.join(",")}}from`}"${pathFrom(chunk, home.file)}";`;
    })
    .replace(/\bimport\("(\.[^"]+)"\)/g, (whole, from) => {
      const home = homes.get(target(from));
      return home === undefined ? whole : `import("${pathFrom(chunk, home.file)}").then(({${home.prefix}:chunk})=>chunk)`;
    });
}

function pathFrom(file, chunk) {
  const path = relative(dirname(file), chunk);
  return path.startsWith(".") ? path : `./${path}`;
}

import type { RawTree } from "./linked-tree.ts";

/** The same files without symbolic links: a Flux artifact holds none, so one that leads out of the repository hurts nobody. */
export function withoutLinks(raw: RawTree): RawTree {
  return {
    ...raw,
    async typeOf(path) {
      const type = await raw.typeOf(path);
      return type === "link" ? undefined : type;
    },
    async entries(folder) {
      return new Map([...(await raw.entries(folder))].filter(([, type]) => type !== "link"));
    },
  };
}

const SHOWN = 5;

/** The names that look most like the one asked for, best first; a few at most. */
export function nearestNames(asked: string, names: Iterable<string>): readonly string[] {
  const ranked = [...names].map((name) => ({ name, distance: editDistance(asked.toLowerCase(), name.toLowerCase()) }));
  return ranked
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

/** Levenshtein's. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    let left = line + 1;
    row = row.map((above, column) => {
      if (column === 0) return left;
      const diagonal = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      left = Math.min(diagonal, above + 1, left + 1);
      return left;
    });
  }
  return row.at(-1) ?? 0;
}

/** Fields and ways of using them that real kustomizations have, and that no run may be without. */
const WANTED = [
  ...["resources", "patches", "patches.path", "patches.target", "patches.json6902", "namespace", "components", "kind: Component", "images"],
  ...[
    "configMapGenerator",
    "generator.files",
    "generator.envs",
    "generator.env",
    "generator.literals",
    "behavior merge",
    "behavior replace",
  ],
  ...[
    "commonAnnotations",
    "generatorOptions",
    "namePrefix",
    "nameSuffix",
    "disableNameSuffixHash",
    "configurations",
    "labels",
    "secretGenerator",
  ],
  ...["patchesStrategicMerge", "transformers", "commonLabels", "replacements", "replacements.path", "bases", "vars", "patchesJson6902"],
  ...["replicas", "openapi", "generators", "sortOptions", "crds", "validators", "buildMetadata", "imageTags", "helmGlobals"],
  ...["$patch delete", "delimiter", "allowNameChange", "labelSelector", "annotationSelector", "List"],
];

/** What changes resources; any two of them may trouble each other. */
const TRANSFORMERS = [
  ...["patchesStrategicMerge", "patches", "namespace", "namePrefix", "nameSuffix", "labels", "commonLabels", "commonAnnotations"],
  ...["patchesJson6902", "replicas", "images", "imageTags", "replacements", "transformers", "configMapGenerator", "secretGenerator"],
  ...["generators", "components", "validators", "vars", "configurations", "crds", "openapi", "sortOptions", "buildMetadata"],
];

/** What a kustomization is made of whatever it does; not counted as a field that is used. */
const PLUMBING = new Set(["resources", "bases", "metadata", "helmGlobals"]);
const FEWEST_FIELDS = 5;
const LEAST_SHARE = 0.01;
const LEAST_BUILT = 0.9;

/** Counts what generated trees use. Trees that the original refuses count for nothing but their number. */
export class UsageTable {
  readonly #times = new Map<string, number>();
  readonly #pairs = new Set<string>();
  readonly #sizes: number[] = [];
  #built = 0;
  #refused = 0;

  add(built: readonly (readonly string[])[], refused: number): void {
    this.#refused += refused;
    this.#built += built.length;
    for (const uses of built) {
      for (const use of uses) this.#times.set(use, (this.#times.get(use) ?? 0) + 1);
      const transformers = TRANSFORMERS.filter((name) => uses.includes(name));
      for (const one of transformers) for (const other of transformers) this.#pairs.add(`${one} ${other}`);
      this.#sizes.push(uses.filter((use) => !PLUMBING.has(use) && WANTED.includes(use) && !/[ .]/.test(use)).length);
    }
  }

  /** The table, most used first. */
  lines(): readonly string[] {
    const rows = [...this.#times].sort((a, b) => b[1] - a[1]);
    return [
      `${this.#built} of ${this.#built + this.#refused} trees build in the original; fields in a tree: median ${this.#median()}`,
      ...rows.map(([use, times]) => `${((100 * times) / this.#built).toFixed(1).padStart(5)} %  ${use}`),
      `${this.#missingPairs().length} pairs of ${TRANSFORMERS.length} transformers never occur together`,
    ];
  }

  /** What the trees lack for a comparison that means something; empty where they lack nothing. */
  complaints(): readonly string[] {
    const rare = WANTED.filter((use) => (this.#times.get(use) ?? 0) < LEAST_SHARE * this.#built);
    return [
      ...(this.#built < LEAST_BUILT * (this.#built + this.#refused) ? ["too many trees that nobody builds"] : []),
      ...(this.#median() < FEWEST_FIELDS ? ["the trees use too few fields"] : []),
      ...rare.map((use) => `${use} is in too few trees`),
      ...this.#missingPairs().map((pair) => `never together: ${pair}`),
    ];
  }

  #median(): number {
    return this.#sizes.toSorted((a, b) => a - b)[Math.floor(this.#sizes.length / 2)] ?? 0;
  }

  #missingPairs(): readonly string[] {
    return TRANSFORMERS.flatMap((one, index) => TRANSFORMERS.slice(index + 1).map((other) => `${one} ${other}`)).filter(
      (pair) => !this.#pairs.has(pair),
    );
  }
}

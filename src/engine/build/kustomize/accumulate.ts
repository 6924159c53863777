import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { readYaml } from "../../yaml/read.ts";
import { writtenPath } from "./decode/read-kustomization.ts";
import { below, buildFailure, type Spot } from "./fail.ts";
import { readConfiguration, readCrds } from "./field-specs/read-configuration.ts";
import { defaultConfig, emptyConfig, mergeConfigs, type TransformerConfig } from "./field-specs/transformer-config.ts";
import { absorb } from "./generators/absorb.ts";
import { generate } from "./generators/generate.ts";
import type { RenderedChart } from "./charts/rendered-chart.ts";
import type { LoadedFolder } from "./load/loaded.ts";
import type { LoadSession } from "./load/session.ts";
import { pluginResource, pluginStep } from "./plugins/plugin-steps.ts";
import { appendPath, type OriginPath, type Provenance, provenanceOfPlugin } from "./provenance.ts";
import { mergeVariables, recordVariables, type Variables } from "./references/variables.ts";
import { formatId } from "./resources/identity.ts";
import { makeResources } from "./resources/read-resources.ts";
import { ResourceMap } from "./resources/resource-map.ts";
import type { Resource } from "./resources/resource.ts";
import type { BuildSchema } from "./schema/choose.ts";
import type { Tracer } from "./trace/tracer.ts";
import { fieldSteps } from "./steps/field-steps.ts";
import { loadedFile, type StepContext, type TransformStep } from "./steps/step.ts";

/** What a build has gathered so far: the resources, which fields transformers work on, and the vars. */
export interface Accumulator {
  readonly resources: ResourceMap;
  config: TransformerConfig;
  variables: Variables;
}

/** What every kustomization of a build shares. */
export interface BuildContext {
  readonly session: LoadSession;
  readonly schema: BuildSchema;
  /** Whether `buildMetadata` of the root asks for anything; then every resource remembers where it comes from. */
  readonly traces: boolean;
  /** Set where somebody asks which step touched which field. */
  readonly tracer: Tracer | undefined;
}

/** An accumulator of nothing. */
export function emptyAccumulator(): Accumulator {
  return { resources: new ResourceMap(), config: emptyConfig, variables: new Map() };
}

/**
 * Does what one kustomization asks for, children first, in kustomize's order of work: resources, configurations, generators,
 * components, transformers, validators, vars. Throws BUILD_FAILED.
 *
 * @param path how the kustomization was reached from the root, for origin annotations.
 */
export function accumulate(context: BuildContext, folder: LoadedFolder, into: Accumulator, path: OriginPath = { path: "" }): void {
  new FolderBuild(context, folder, into, path).run();
}

/** The kustomization file, and where its fields stand in it. */
function placesOf({ file }: LoadedFolder): Pick<StepContext, "file" | "spot"> {
  return { file, spot: (path) => below({ file }, path) };
}

class FolderBuild {
  readonly #context: BuildContext;
  readonly #folder: LoadedFolder;
  readonly #into: Accumulator;
  readonly #path: OriginPath;
  readonly #steps: StepContext;

  constructor(context: BuildContext, folder: LoadedFolder, into: Accumulator, path: OriginPath) {
    this.#context = context;
    this.#folder = folder;
    this.#into = into;
    this.#path = path;
    this.#steps = { session: context.session, schema: context.schema, ...placesOf(folder), files: folder.files };
  }

  run(): void {
    this.#context.session.checkTime();
    this.#chooseSchema();
    this.#addResources();
    this.#addConfigurations();
    this.#generate();
    this.#addComponents();
    this.#transform();
    this.#validate();
    const { fields, file } = this.#folder;
    this.#into.variables = recordVariables(this.#into.variables, fields.vars ?? [], file, this.#into.resources, this.#context.schema);
  }

  #chooseSchema(): void {
    const { fields, file } = this.#folder;
    if (fields.openapi === undefined) return;
    const path = fields.openapi.get("path");
    this.#context.schema.choose(file, fields.openapi.get("version"), path === undefined ? undefined : this.#document(path));
  }

  #document(entry: string): JsonObject {
    const { path, bytes } = loadedFile(this.#steps, entry);
    const [document] = readYaml(bytes, { file: path, dialect: "kustomization", budget: this.#context.session.options.budget });
    if (isJsonObject(document?.value)) return document.value;
    throw buildFailure(path, "the schema is no map; expected an OpenAPI document");
  }

  #addResources(): void {
    for (const [index, { path, entry }] of this.#folder.resources.entries()) {
      if (entry.type === "folder") {
        if (entry.folder.kind === "Component")
          throw buildFailure(
            this.#steps.spot(writtenPath(this.#folder.fields, "resources", index)),
            `resources: '${path}' is a Component`,
            "list it under components",
          );
        const child = emptyAccumulator();
        accumulate(this.#context, entry.folder, child, appendPath(this.#path, path));
        this.#merge(child, entry.folder.file);
        continue;
      }
      const { file } = entry;
      const resources = makeResources(file.path, this.#context.session.documents(file.path, file.bytes), this.#context.schema);
      if (this.#context.traces) {
        for (const resource of resources) resource.provenance = appendPath(this.#path, path);
      }
      this.#into.resources.append(resources);
      const label = writtenPath(this.#folder.fields, "resources", index);
      if (this.#context.tracer !== undefined) for (const one of resources) this.#context.tracer.observe([one], { label, spot: one.origin });
    }
  }

  #merge(child: Accumulator, file: string): void {
    this.#into.resources.append(child.resources.all);
    this.#into.config = mergeConfigs(file, this.#into.config, child.config);
    this.#into.variables = mergeVariables(this.#into.variables, child.variables);
  }

  #addConfigurations(): void {
    const { fields, file } = this.#folder;
    const { budget } = this.#context.session.options;
    let own = emptyConfig;
    for (const entry of fields.configurations ?? []) {
      const loaded = loadedFile(this.#steps, entry);
      own = mergeConfigs(loaded.path, own, readConfiguration(loaded.path, loaded.bytes, budget));
    }
    let hints = emptyConfig;
    for (const entry of fields.crds ?? []) {
      const loaded = loadedFile(this.#steps, entry);
      hints = mergeConfigs(loaded.path, hints, readCrds(loaded.path, loaded.bytes, budget));
    }
    // Merging, even into nothing, drops specs that a more special one before them covers.
    const merged = mergeConfigs(file, this.#into.config, mergeConfigs(file, defaultConfig, own));
    this.#into.config = mergeConfigs(file, merged, hints);
  }

  #generate(): void {
    const { fields, file, plugins, charts } = this.#folder;
    const { resources } = this.#into;
    const readFile = (entry: string) => loadedFile(this.#steps, entry).bytes;
    for (const [kind, entries = []] of [["ConfigMap", fields.configMapGenerator] as const, ["Secret", fields.secretGenerator] as const]) {
      for (const [index, entry] of entries.entries()) {
        const spot = { file, field: `/${kind === "Secret" ? "secretGenerator" : "configMapGenerator"}/${index}` };
        const generated = generate({ kind, spot, arguments: entry, options: fields.generatorOptions, readFile }, this.#context.schema);
        absorb(resources, this.#traced([generated], `${kind}Generator`, this.#folder.fileName));
        this.#context.tracer?.observe([generated], {
          label: `${kind === "Secret" ? "secretGenerator" : "configMapGenerator"}[${index}]`,
          spot,
        });
      }
    }
    for (const chart of charts) {
      const made = this.#traced(this.#ofChart(chart), "HelmChartInflationGenerator", this.#folder.fileName);
      absorb(resources, made);
      this.#context.tracer?.observe(made, { label: "helmCharts", spot: this.#steps.spot("helmCharts") });
    }
    for (const plugin of plugins.generators) {
      this.#context.schema.isClusterScoped(plugin.resource.apiVersion, plugin.resource.kind);
      const made = plugin.chart === undefined ? [pluginResource(this.#steps, plugin)] : this.#ofChart(plugin.chart);
      absorb(resources, this.#traced(made, plugin.resource, plugin.configuredIn));
      this.#context.tracer?.observe(made, { label: `${plugin.kind} ${plugin.resource.name}`, spot: plugin.resource.origin });
    }
  }

  #ofChart({ path, documents }: RenderedChart): readonly Resource[] {
    const resources = makeResources(path, documents, this.#context.schema);
    for (const resource of resources) resource.isChart = true;
    return resources;
  }

  #traced(resources: readonly Resource[], by: Resource | string, configuredIn: string): readonly Resource[] {
    if (!this.#context.traces) return resources;
    for (const resource of resources) {
      resource.provenance = provenanceOfPlugin(this.#path, configuredIn, by);
      resource.setMetadataTexts("annotations", resource.metadataTexts("annotations"));
    }
    return resources;
  }

  #addComponents(): void {
    for (const [index, { path, folder }] of this.#folder.components.entries()) {
      if (folder.kind !== "Component")
        throw buildFailure(
          this.#steps.spot(`components[${index}]`),
          `components: '${path}' is no Component`,
          "set kind: Component in it, or list it under resources",
        );
      accumulate(this.#context, folder, this.#into, appendPath(this.#path, path));
      this.#checkUnique(this.#steps.spot(`components[${index}]`), path);
    }
  }

  /** kustomize gathers all resources anew behind a component. */
  #checkUnique(spot: Spot, path: string): void {
    const conflict = this.#into.resources.firstConflict();
    if (conflict !== undefined) throw buildFailure(spot, `components: '${path}' leaves two resources with the id ${formatId(conflict.id)}`);
  }

  #transform(): void {
    const { fields, plugins, fileName } = this.#folder;
    const own = fieldSteps(this.#steps, fields, this.#into.config).map((step) => ({
      step,
      by: provenanceOfPlugin(this.#path, fileName, step.name),
    }));
    for (const { resource } of plugins.transformers) this.#context.schema.isClusterScoped(resource.apiVersion, resource.kind);
    const more = plugins.transformers.map((plugin) => ({
      step: pluginStep(this.#steps, plugin),
      by: provenanceOfPlugin(this.#path, plugin.configuredIn, plugin.resource),
    }));
    for (const { step, by } of [...own, ...more]) this.#runStep(step, by);
  }

  #runStep(step: TransformStep, by: Provenance): void {
    const { resources } = this.#into;
    this.#context.session.checkTime();
    this.#runParts(step, resources);
    if (this.#context.traces) {
      for (const resource of resources.all) {
        if (resource.provenance === undefined) resource.provenance = by;
        else resource.transformations = [...resource.transformations, by];
        // kustomize notes it among the annotations, and makes texts of all of them, which stand alone from then on.
        resource.setMetadataTexts("annotations", resource.metadataTexts("annotations"));
      }
    }
    resources.dropDeleted();
  }

  #runParts(step: TransformStep, resources: ResourceMap): void {
    const { tracer } = this.#context;
    if (tracer === undefined) return step.run(resources);
    for (const part of step.parts ?? [step]) {
      part.run(resources);
      tracer.observe(resources.all, { label: part.label, spot: part.spot });
    }
  }

  /** A validator may look at everything and change nothing. */
  #validate(): void {
    const { resources } = this.#into;
    for (const plugin of this.#folder.plugins.validators) {
      const before = resources.all.map((resource) => resource.copy().object);
      pluginStep(this.#steps, plugin).run(resources);
      // Two of one id, as patches may leave them, are no map that could be compared.
      const isSame =
        resources.firstConflict() === undefined &&
        before.length === resources.all.length &&
        before.every((object, index) => sameObject(object, resources.all[index]?.object));
      if (!isSame) throw buildFailure(plugin.resource.origin, "validators: a validator shouldn't modify the resources");
    }
  }
}

function sameObject(left: unknown, right: unknown): boolean {
  const text = (value: unknown) => JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item));
  return text(left) === text(right);
}

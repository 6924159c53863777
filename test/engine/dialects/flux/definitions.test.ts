import assert from "node:assert/strict";
import { test } from "node:test";
import { FLUX_DEFINITIONS } from "../../../../src/engine/dialects/flux/definitions.ts";
import { FLUX_KINDS } from "../../../../src/engine/dialects/flux/kinds.ts";
import { defaultsOf, readDefinition, schemaOf, type Definition } from "../../../support/crd-schema.ts";
import { fluxCrds } from "../../../support/flux-controllers.ts";

const files = fluxCrds();
const skip = files.length === 0 && "not here: Go, to take Flux's own definitions from";
const ours = FLUX_DEFINITIONS as unknown as readonly Definition[];
const theirs = new Map(files.map(readDefinition).map((one) => [one.metadata.name, one]));

test("there is a definition of every kind of Flux that is played, and of no other", () => {
  const played = FLUX_KINDS.filter(({ isPlayed }) => isPlayed).map(({ plural, group }) => `${plural}.${group}`);
  assert.deepEqual(ours.map(({ metadata }) => metadata.name).toSorted(), played.toSorted());
});

for (const definition of ours) {
  const { name } = definition.metadata;

  test(`${name} has the names, scope, versions, subresources and printer columns of Flux's own`, { skip }, () => {
    const facts = ({ spec }: Definition): unknown => ({
      group: spec.group,
      scope: spec.scope,
      names: spec.names,
      versions: spec.versions.map(({ schema: _, ...version }) => version),
    });
    assert.deepEqual(facts(definition), facts(theirs.get(name)!));
  });

  test(`${name} fills in what Flux's own fills in, and asks for the same fields`, { skip }, () => {
    const facts = (one: Definition): unknown => ({
      defaults: defaultsOf(schemaOf(one), "").toSorted(),
      required: schemaOf(one).properties?.["spec"]?.required,
    });
    assert.deepEqual(facts(definition), facts(theirs.get(name)!));
  });
}

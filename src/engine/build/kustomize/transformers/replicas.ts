import { buildFailure, type Spot } from "../fail.ts";
import type { Replica } from "../decode/kustomization.ts";
import type { FieldSpec } from "../field-specs/field-spec.ts";
import { walkField } from "../field-specs/walk-field.ts";
import { writeSlot } from "../resources/joined-scalars.ts";
import { formatGvk, isSelected, type ResourceName } from "../resources/identity.ts";
import { meantName } from "../resources/near-miss.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { isInQuotes } from "../resources/scalar.ts";

/** Sets how often a workload runs, found by any name that it ever had. Throws BUILD_FAILED where there is none. */
export function transformReplicas(spot: Spot, resources: ResourceMap, entries: readonly Replica[], specs: readonly FieldSpec[]): void {
  for (const { name = "", count = 0 } of entries) {
    let found = false;
    for (const spec of specs) {
      const matches = (id: ResourceName) => id.name === name && isSelected(id, spec);
      for (const resource of resources.withAnyName(name)) {
        if (!matches(resource.id) && !resource.previousIds.some(matches)) continue;
        found = true;
        walkField(resource, spec, "scalar", (value, slot) => {
          if (typeof value === "object" && value !== null) return "expected a number";
          // A number of kustomize's has the quotes of what stood there.
          writeSlot(slot, isInQuotes(slot) ? String(count) : count);
          return undefined;
        });
      }
    }
    if (found) continue;
    const kinds = specs.map(formatGvk).join(" ");
    const known = resources.all.filter((one) => specs.some((spec) => isSelected(one.gvk, spec)));
    throw buildFailure(
      spot,
      `replicas: resource with name ${name} does not match a config with the following GVK [${kinds}]`,
      meantName(known, { kind: "", name }),
    );
  }
}

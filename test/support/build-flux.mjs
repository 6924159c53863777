// Builds Flux's own programs from their Go modules into the user's cache, once. Plain JavaScript that Node 20 runs.
// Run alone (`node test/support/build-flux.mjs`) it builds all and says where they are.
import { pathToFileURL } from "node:url";
import { buildGo, goVersion, PartsMissing } from "./build-go.mjs";

const kustomizeController = "kustomize-controller";

/**
 * The program of test/cluster/kustomize-controller/oracle, or undefined on a machine without Go.
 * Tests start it through test/support/flux-oracle.ts.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined} its path
 * @throws {PartsMissing} when the build fails
 */
export function fluxOracle(say) {
  const go = goVersion();
  if (go === undefined) return undefined;
  const sources = ["go.mod", "oracle/main.go"];
  return buildGo({ name: "flux-oracle", folder: kustomizeController, target: "./oracle", sources, linkerFlags: "-s -w" }, go, say);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`oracle: ${fluxOracle((line) => console.error(line)) ?? "not here: Go"}`);
  } catch (error) {
    if (!(error instanceof PartsMissing)) throw error;
    console.error(error.message);
    process.exitCode = process.env.CI ? 1 : 0;
  }
}

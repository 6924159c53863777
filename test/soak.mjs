// `npm run soak`: kills syncs of 200 objects at random moments, and proves that the next sync puts everything right.
// What CI has no time for; the 50-object set at every write is test/e2e/kill.test.ts. Only Node's own modules here.
//
//   npm run soak                   100 runs with a new seed
//   npm run soak -- 10 4711        10 runs from the seed that a failure printed
//   npm run soak -- mutations      breaks each step of a kustomize build: do the generated trees notice? (some minutes)
import { joinPlane } from "./support/plane-client.mjs";
import { projectNode, run, setUp } from "./support/setup.mjs";

const [runs = "100", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
/** @param {string} line */
const say = (line) => console.log(`── ${line}`);

if (runs === "mutations") {
  setUp(say);
  process.exit(run(projectNode, ["test/soak/mutations.ts", ...process.argv.slice(3)]));
}
if (!/^[1-9]\d*$/.test(runs) || !/^\d+$/.test(seed)) {
  say("usage: npm run soak -- [RUNS] [SEED]");
  process.exit(2);
}
setUp(say);
const hold = await joinPlane(say);
say(`${runs} runs; again with: npm run soak -- ${runs} ${seed}`);
const environment = { GITOPS_SOAK_RUNS: runs, GITOPS_SOAK_SEED: seed };
process.exitCode = run(projectNode, ["--test", "--test-reporter=spec", "test/soak/kill.ts"], environment);
hold.release();

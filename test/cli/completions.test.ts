import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { COMPLETION_FILES, completionScript } from "../../src/cli/completion/script.ts";
import { SHELLS } from "../../src/cli/completion/shells.ts";
import { flagName } from "../../src/cli/option.ts";
import { runMain } from "./host.ts";

const folder = new URL("../../completions/", import.meta.url);

for (const shell of SHELLS) {
  test(`the completions for ${shell} are those of the command table (else run: node src/packaging/completions.ts)`, () => {
    assert.ok(readFileSync(new URL(COMPLETION_FILES[shell], folder), "utf8") === completionScript(shell, COMMANDS));
  });

  test(`gitops completion ${shell} prints them, with every command and flag`, async () => {
    const { exitStatus, stdout } = await runMain(["completion", shell]);
    assert.equal(exitStatus, 0);
    for (const { name, options } of COMMANDS) {
      assert.ok(stdout.includes(name));
      for (const [key, spec] of Object.entries(options)) {
        if ("hidden" in spec) continue;
        const long = spec.type === "boolean" && spec.default === true ? `no-${flagName(key)}` : flagName(key);
        assert.ok(stdout.includes(long), `${name} --${long}`);
      }
    }
  });
}

/** What bash offers at the end of a command line. */
function bashOffers(...words: readonly string[]): string[] {
  const script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _gitops; printf "%s\\n" "${COMPREPLY[@]}"';
  const { stdout } = spawnSync("bash", ["-c", script, "bash", fileURLToPath(new URL(COMPLETION_FILES.bash, folder)), "gitops", ...words], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter((line) => line !== "");
}

const noBash = spawnSync("bash", ["-c", "true"]).status === 0 ? false : "not here: bash";

test("bash completes commands, flags, their values and arguments", { skip: noBash }, () => {
  assert.deepEqual(bashOffers("sy"), ["sync"]);
  assert.deepEqual(bashOffers("sync", "--pru"), ["--prune"]);
  assert.deepEqual(bashOffers("-n", "shop", "de"), ["delete"]);
  assert.deepEqual(bashOffers("get", "-o", "w"), ["wide"]);
  assert.deepEqual(bashOffers("completion", ""), [...SHELLS]);
  assert.deepEqual(bashOffers("help", "exit"), ["exit-codes"]);
  assert.deepEqual(bashOffers("get", "--prune"), []);
});

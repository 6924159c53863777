// Builds a small program around the parser of repository URLs that is inside the original kustomize, from its Go module in the module cache:
// each line of its input is an entry, each line of its output what the original reads in it as JSON, or null. Needs Go; runs on Node 20.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "v0.21.2";
const MODULE = "sigs.k8s.io/kustomize/api";

const PROGRAM = `package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"os"

	"oracle/git"
)

func main() {
	log.SetOutput(io.Discard)
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var entry string
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			panic(err)
		}
		spec, err := git.NewRepoSpecFromURL(entry)
		if err != nil {
			_ = out.Encode(nil)
			continue
		}
		_ = out.Encode(map[string]any{"url": spec.CloneSpec(), "path": spec.KustRootPath, "ref": spec.Ref, "timeout": spec.Timeout.Nanoseconds()})
	}
}
`;

/**
 * The path of the program, built when it is not there; undefined on a machine without Go.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined}
 * @throws {Error} when the build fails, with what Go says
 */
export function repositorySpecOracle(say) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gitops-test");
  const binary = join(cache, `repository-spec-${VERSION}`);
  if (existsSync(binary)) return binary;
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  say(`building kustomize's parser of repository URLs ${VERSION} into ${cache} (once)`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, ".repository-spec-"));
  try {
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    const go = (/** @type {string[]} */ ...args) => {
      const run = spawnSync("go", args, { cwd: work, env, encoding: "utf8" });
      if (run.status !== 0) throw new Error(`go ${args[0]} failed: ${run.stderr}`);
      return run.stdout.trim();
    };
    writeFileSync(join(work, "go.mod"), `module oracle\n\ngo 1.26\n\nrequire ${MODULE} ${VERSION}\n`);
    go("mod", "download", MODULE);
    // An internal package cannot be imported from outside: its files are put beside the program.
    const source = join(go("list", "-m", "-f", "{{.Dir}}", MODULE), "internal", "git");
    mkdirSync(join(work, "git"));
    for (const name of readdirSync(source)) if (!name.endsWith("_test.go")) cpSync(join(source, name), join(work, "git", name));
    rmSync(join(work, "git", "gitrunner.go"), { force: true });
    rmSync(join(work, "git", "cloner.go"), { force: true });
    writeFileSync(join(work, "main.go"), PROGRAM);
    go("build", "-ldflags=-s", "-o", "oracle-program", ".");
    renameSync(join(work, "oracle-program"), binary);
    return binary;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

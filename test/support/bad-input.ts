import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { CommandResult } from "./cli.ts";
import type { Files } from "./git-server.ts";

/** A file as a fixture has it: text, a link, bytes, or text that repeats. */
type FixtureFile =
  | string
  | { readonly link: string }
  | { readonly base64: string }
  | { readonly start: string; readonly repeat: string; readonly times: number; readonly end: string };

/** What a command must answer. Patterns are for stderr, `prints` for stdout. */
export interface Expectation {
  readonly exit: number;
  readonly says?: string;
  readonly hint?: string;
  readonly prints?: string;
}

/** A row of fixtures/bad-input/: its columns are told at the top of each file. */
export interface BadInput extends Expectation {
  readonly id: string;
  readonly claim: string;
  readonly build?: string;
  readonly local?: boolean;
  readonly args?: readonly string[];
  readonly files: Readonly<Record<string, FixtureFile>>;
}

/** The rows of `fixtures/bad-input/NAME.yaml`. */
export function badInputs<Row = BadInput>(name: string): readonly Row[] {
  return parse(readFileSync(new URL(`../../fixtures/bad-input/${name}.yaml`, import.meta.url), "utf8")) as Row[];
}

/** The files of a row, below a folder. */
export function filesOf(row: Pick<BadInput, "files">, folder: string): Files {
  return Object.fromEntries(Object.entries(row.files).map(([path, file]) => [`${folder}/${path}`, contentOf(file)]));
}

function contentOf(file: FixtureFile): string | Uint8Array | { readonly link: string } {
  if (typeof file === "string" || "link" in file) return file;
  if ("base64" in file) return Buffer.from(file.base64, "base64");
  return file.start + file.repeat.repeat(file.times) + file.end;
}

/** Never in any output: what the fixtures use for a secret, here or in another form. */
const SECRETS = ["hunter2", "hunter3", Buffer.from("hunter2").toString("base64")];

/**
 * Holds one answer to what every refusal owes: the status, one line of what and one of what to do, nothing on stdout, nothing that
 * a terminal obeys, and no secret. What is printed on success is YAML or a result, and is matched instead.
 */
export function assertAnswer(result: CommandResult, { exit, says, hint, prints }: Expectation): void {
  const all = `exit ${result.code}\nstdout:\n${result.stdout.slice(0, 2000)}\nstderr:\n${result.stderr.slice(0, 4000)}`;
  assert.equal(result.code, exit, `expected exit ${exit}\n${all}`);
  for (const secret of SECRETS) assert.ok(!`${result.stdout}${result.stderr}`.includes(secret), `a secret is shown\n${all}`);
  assertShowable(result);
  if (prints !== undefined) assert.match(result.stdout, new RegExp(prints));
  if (exit !== 0) assertRefusal(result.stdout, result.stderr, all);
  if (says !== undefined) assert.match(result.stderr, new RegExp(says), all);
  if (hint !== undefined) assert.match(result.stderr.replace(/^(?!.*hint:).*\n/gm, ""), new RegExp(hint), all);
}

function assertRefusal(stdout: string, stderr: string, all: string): void {
  assert.equal(stdout, "", `a refusal prints nothing\n${all}`);
  assert.match(stderr, /^error: \S/m, all);
  assert.match(stderr, /^ *hint: \S/m, `no line says what to do\n${all}`);
}

/** Nothing that a terminal would obey or hide: control characters beside the line feed, bidirectional overrides, zero-width characters. */
export function assertShowable({ stdout, stderr }: Pick<CommandResult, "stdout" | "stderr">): void {
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(`${stdout}${stderr}`, /[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
}

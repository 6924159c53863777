import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { describeTerminal } from "../../src/cli/terminal.ts";
import { collectingStream } from "./streams.ts";

function terminal(
  environment: NodeJS.ProcessEnv,
  tty: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean },
  color: "auto" | "always" | "never" = "auto",
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: tty.stdin === true });
  return describeTerminal(
    { stdin, stdout: collectingStream(tty.stdout).stream, stderr: collectingStream(tty.stderr).stream },
    environment,
    color,
  );
}

const all = { stdin: true, stdout: true, stderr: true };

const COLORS: readonly (readonly [string, NodeJS.ProcessEnv, boolean, "auto" | "always" | "never", boolean])[] = [
  ["a terminal has colours", {}, true, "auto", true],
  ["a pipe has none", {}, false, "auto", false],
  ["NO_COLOR takes them away", { NO_COLOR: "1" }, true, "auto", false],
  ["an empty NO_COLOR is not set", { NO_COLOR: "" }, true, "auto", true],
  ["FORCE_COLOR gives them to a pipe", { FORCE_COLOR: "1" }, false, "auto", true],
  ["CLICOLOR_FORCE gives them to a pipe", { CLICOLOR_FORCE: "1" }, false, "auto", true],
  ["FORCE_COLOR=0 forces nothing", { FORCE_COLOR: "0" }, false, "auto", false],
  ["NO_COLOR wins over FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, "auto", false],
  ["a dumb terminal has none", { TERM: "dumb" }, true, "auto", false],
  ["--color=always wins over NO_COLOR", { NO_COLOR: "1" }, false, "always", true],
  ["--color=never wins over a terminal", {}, true, "never", false],
];

for (const [claim, environment, tty, color, expected] of COLORS) {
  test(claim, () => {
    assert.equal(terminal(environment, { stdout: tty }, color).stdoutColor, expected);
  });
}

test("each stream decides its own colours", () => {
  const { stdoutColor, stderrColor } = terminal({}, { stdout: false, stderr: true });
  assert.deepEqual([stdoutColor, stderrColor], [false, true]);
});

test("a person is asked only where stdin and stderr are terminals and CI is unset", () => {
  assert.equal(terminal({}, all).interactive, true);
  assert.equal(terminal({}, { ...all, stdin: false }).interactive, false);
  assert.equal(terminal({}, { ...all, stderr: false }).interactive, false);
  assert.equal(terminal({}, { ...all, stdout: false }).interactive, true);
  assert.equal(terminal({ CI: "true" }, all).interactive, false);
  assert.equal(terminal({ CI: "" }, all).interactive, true);
});

test("a live line is drawn on no pipe, no dumb terminal and in no CI", () => {
  assert.equal(terminal({}, all).live, true);
  assert.equal(terminal({}, { ...all, stderr: false }).live, false);
  assert.equal(terminal({ TERM: "dumb" }, all).live, false);
  assert.equal(terminal({ CI: "1" }, all).live, false);
});

test("a terminal without columns, such as one that a script made, gets no live line", () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const { live, interactive } = describeTerminal(
    { stdin, stdout: collectingStream(true).stream, stderr: collectingStream(true, 0).stream },
    {},
    "auto",
  );
  assert.deepEqual([live, interactive], [false, true]);
});

test("glyphs beyond ASCII need a UTF-8 locale, LC_ALL before LC_CTYPE before LANG", () => {
  assert.equal(terminal({ LANG: "en_GB.UTF-8" }, all).unicode, true);
  assert.equal(terminal({ LANG: "C.utf8" }, all).unicode, true);
  assert.equal(terminal({ LANG: "C" }, all).unicode, false);
  assert.equal(terminal({}, all).unicode, false);
  assert.equal(terminal({ LC_ALL: "C", LANG: "en_GB.UTF-8" }, all).unicode, false);
});

import { ERROR_EXIT, type Finding, type JsonObject } from "../../engine/index.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { styleOf, type Style } from "./style.ts";

/** Something ended badly: the contract's class for what is unhealthy. */
export const BLOCKED_STATUS = ERROR_EXIT.UNHEALTHY;

/** How findings are shown. */
export interface DiagnosisFormat {
  /** The delivery that was asked about; undefined for all. */
  readonly name: string | undefined;
  readonly output: "json" | "yaml" | undefined;
  readonly color: boolean;
  readonly unicode: boolean;
}

/** Whether anything was found that blocks. */
export function isBlocked(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "blocking");
}

/** For people the cause first, with what to do and what it was seen by, then the rest; or a document. */
export function renderDiagnosis(findings: readonly Finding[], format: DiagnosisFormat): string {
  if (format.output !== undefined)
    return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "Diagnosis", findings: findings.map(findingDocument) }, format.output);
  const style = styleOf(format.color, format.unicode);
  return format.name === undefined ? surveyText(findings, style) : deliveryText(format.name, findings, style);
}

function deliveryText(name: string, findings: readonly Finding[], style: Style): string {
  const [first] = findings;
  const { paint, glyphs } = style;
  if (first?.severity !== "blocking") {
    const well = `${paint.green(glyphs.done)} nothing is known to block ${escapeControls(name)}\n`;
    return first === undefined ? well : `${well}\nseen:\n${findings.map((finding) => findingText(finding, style)).join("")}`;
  }
  const others = findings.slice(1);
  const rest = others.length === 0 ? "" : `\nalso seen:\n${others.map((finding) => findingText(finding, style)).join("")}`;
  return `${findingText(first, style)}${rest}`;
}

function surveyText(findings: readonly Finding[], style: Style): string {
  const { paint, glyphs } = style;
  const around = findings.filter(({ severity }) => severity === "info");
  const rest = findings.filter(({ severity }) => severity !== "info");
  const wrong =
    rest.length === 0
      ? `${paint.green(glyphs.done)} nothing is known to block any delivery\n`
      : rest.map((finding) => findingText(finding, style)).join("");
  return `${around.map((finding) => findingText(finding, style)).join("")}\n${wrong}`;
}

function findingText({ severity, message, next, evidence }: Finding, { paint, glyphs }: Style): string {
  const marks = { blocking: paint.red(glyphs.failure), warning: paint.yellow(glyphs.warning), info: glyphs.step };
  return [
    `${marks[severity]} ${escapeControls(message)}\n`,
    next === "" ? "" : `  ${paint.bold("next:")} ${escapeControls(next)}\n`,
    ...evidence.map((line) => `  - ${escapeControls(line)}\n`),
  ].join("");
}

function findingDocument({ severity, code, object, message, next, evidence }: Finding): JsonObject {
  return { severity, code, object: object === undefined ? null : { ...object }, message, next, evidence: [...evidence] };
}

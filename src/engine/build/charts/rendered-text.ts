/** Which template each line of helm's output comes from. */
export interface RenderedText {
  readonly text: string;
  /** The template of a line, counted from 1, as a path; the chart itself where helm does not say. */
  sourceOf(line: number): string;
}

const SOURCE = /^# Source: ([^/\s]+)\/(\S+)\s*$/;

/**
 * What helm printed, with the places of its templates.
 *
 * @param chart the chart's folder, as messages show it.
 */
export function renderedText(text: string, chart: string): RenderedText {
  const sources: { readonly line: number; readonly path: string }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const path = SOURCE.exec(line)?.[2];
    if (path !== undefined) sources.push({ line: index + 1, path: `${chart}/${path}` });
  }
  return {
    text,
    sourceOf(line) {
      let found = chart;
      for (const source of sources) {
        if (source.line > line) break;
        found = source.path;
      }
      return found;
    },
  };
}

/** Without what stands before the first `---`: a warning that helm, or something below it, printed in the wrong place. */
export function withoutPreamble(text: string): string {
  const start = /^---/m.exec(text)?.index ?? 0;
  return text.slice(start);
}

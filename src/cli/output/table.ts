import Table from "cli-table3";
import { escapeControls } from "./escape.ts";

/** cli-table3 needs time that grows with the square of the rows, so long tables are set in parts of equal columns. */
const ROWS_AT_ONCE = 25;

/** Text whose width is its length. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Columns are three spaces apart, as kubectl prints them. */
const COLUMN_GAP = "   ";

/** No frame at all. */
const NO_FRAME = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: COLUMN_GAP,
};

type Row = readonly string[];

/**
 * A table as kubectl prints it: headers in upper case, columns as wide as their widest cell and three spaces apart, no spaces
 * at the ends of lines, a line feed after each line. Cells are escaped here; missing ones are empty.
 */
export function renderTable(headers: Row, rows: readonly Row[]): string {
  const head = headers.map((header) => escapeControls(header).toUpperCase());
  const all = [head, ...rows.map((row) => head.map((_, column) => escapeControls(row[column] ?? "")))];
  const widths = columnWidths(all, head.length);
  // Of text whose width is its length nothing need be measured, and cli-table3 takes longer than all else of a long list.
  const text = all.every((row) => row.every((cell) => PLAIN.test(cell)))
    ? all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(COLUMN_GAP)).join("\n")
    : parts(all)
        .map((part) => setRows(part, widths).toString())
        .join("\n");
  return `${text.replace(/ +$/gm, "")}\n`;
}

/** Width of each column; cells that hold more than ASCII are measured by cli-table3 itself, which is slow. */
function columnWidths(rows: readonly Row[], columns: number): number[] {
  const widths = Array.from({ length: columns }, (_, column) => Math.max(1, ...parts(rows).map((part) => longestPlain(part, column))));
  for (const part of parts(rows.filter((row) => !row.every((cell) => PLAIN.test(cell))))) {
    const table = setRows(part, []);
    table.toString();
    table.options.colWidths.forEach((width, column) => (widths[column] = Math.max(widths[column] ?? 0, width ?? 0)));
  }
  return widths;
}

function longestPlain(rows: readonly Row[], column: number): number {
  return Math.max(
    0,
    ...rows
      .map((row) => row[column] ?? "")
      .filter((cell) => PLAIN.test(cell))
      .map((cell) => cell.length),
  );
}

function setRows(rows: readonly Row[], colWidths: number[]): Table.Table {
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const table = new Table({ chars: NO_FRAME, style, colWidths: [...colWidths] });
  for (const row of rows) table.push([...row]);
  return table;
}

function parts(rows: readonly Row[]): readonly (readonly Row[])[] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, part) =>
    rows.slice(part * ROWS_AT_ONCE, (part + 1) * ROWS_AT_ONCE),
  );
}

/** As {@link renderTable}, without the header line where that is not wanted. */
export function renderRows(headers: Row, rows: readonly Row[], showHeaders: boolean): string {
  const text = renderTable(headers, rows);
  return showHeaders ? text : text.slice(text.indexOf("\n") + 1);
}

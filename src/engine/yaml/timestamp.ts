// The layouts that go-yaml tries, in Go's terms: "2006-1-2T15:4:5.999999999Z07:00" (also with t), "2006-1-2 15:4:5.999999999", "2006-1-2".
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d))|(?: +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?))?$/;

/** The RFC 3339 text that Go's JSON gives for a plain scalar that go-yaml takes for a time; undefined where it is none. */
export function parseTimestamp(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = ""] = match;
  const [hour = "0", minute = "0", second = "0", fraction = ""] = match[4] === undefined ? match.slice(9, 13) : match.slice(4, 8);
  const zone = match[8] ?? "Z";
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (zone !== "Z" && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(4)) > 59)) return undefined;
  const trimmed = fraction.slice(0, 9).replace(/0+$/, "");
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${trimmed === "" ? "" : `.${trimmed}`}`;
  return `${year}-${two(month)}-${two(day)}T${clock}${zone === "+00:00" || zone === "-00:00" ? "Z" : zone}`;
}

function two(digits: string): string {
  return digits.padStart(2, "0");
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

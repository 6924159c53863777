import { compare, parse, SemVer } from "semver";

/** Whether a version lies in a range. */
export type VersionRange = (version: SemVer) => boolean;

/** One part of a range. What is left out, or written as `x` or `*`, makes it `dirty`. */
interface Bound {
  readonly operator: string;
  readonly version: SemVer;
  readonly isDirty: boolean;
  readonly lacksMinor: boolean;
  readonly lacksPatch: boolean;
}

const MAX_ALTERNATIVES = 32;
const NUMBER = String.raw`[0-9]+|[xX*]`;
const LABELS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const VERSION = String.raw`v?(${NUMBER})(?:\.(${NUMBER}))?(?:\.(${NUMBER}))?(?:-(${LABELS}))?(?:\+${LABELS})?`;
const OPERATOR = String.raw`!=|>=|=>|<=|=<|~>|[=<>~^]|`;
const ALIASES: Readonly<Record<string, string>> = { "": "=", "=>": ">=", "=<": "<=", "~>": "~" };

/**
 * Reads a range as source-controller does (Masterminds/semver v3, which differs from npm's): `,` and blanks mean "and", `||` means
 * "or", and pre-releases count in an alternative only where one of its own versions is a pre-release. Undefined for what is no range.
 */
export function parseVersionRange(text: string): VersionRange | undefined {
  const parts = text.split("||");
  if (parts.length > MAX_ALTERNATIVES) return undefined;
  const alternatives: (readonly Bound[])[] = [];
  for (const [index, part] of parts.entries()) {
    // The original takes bars that touch the "A" of "A - B" for a part of it.
    const bounds = parseBounds(part, index === 0 || !/^[0-9xX*]/.test(part));
    if (bounds === undefined) return undefined;
    alternatives.push(bounds);
  }
  return (version) => alternatives.some((bounds) => holds(bounds, version));
}

/** Reads a tag as a version: `v` before it and leading zeros (`v2025.02.03`) are accepted. Undefined for another name. */
export function parseVersion(text: string): SemVer | undefined {
  const match = /^v?([0-9]+)\.([0-9]+)\.([0-9]+)([-+].*)?$/.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "", patch = "", rest = ""] = match;
  return parse(`${plain(major)}.${plain(minor)}.${plain(patch)}${rest}`) ?? undefined;
}

/** A number without leading zeros. */
function plain(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}

/** @param mayBegin whether the text may begin with a range `A - B`. */
function parseBounds(text: string, mayBegin: boolean): readonly Bound[] | undefined {
  const bound = new RegExp(String.raw`(${OPERATOR})\s*${VERSION}`, "y");
  const upTo = new RegExp(String.raw`\s+-\s+${VERSION}`, "y");
  const separator = /\s*(,|\s)\s*/y;
  const trimmed = text.trim();
  const bounds: (Bound | undefined)[] = [];
  let isApart = mayBegin;
  for (let at = 0; ;) {
    bound.lastIndex = at;
    const match = bound.exec(trimmed);
    if (match === null) return undefined;
    upTo.lastIndex = bound.lastIndex;
    const end = upTo.exec(trimmed);
    const [, operator = "", ...numbers] = match;
    // The original rewrites "A - B" together with the blanks around it: one before it then stands between no two bounds any more.
    if (end !== null && (operator !== "" || !isApart)) return undefined;
    bounds.push(boundOf(end === null ? operator : ">=", numbers));
    if (end !== null) bounds.push(boundOf("<=", end.slice(1)));
    at = end === null ? bound.lastIndex : upTo.lastIndex;
    if (at === trimmed.length) return bounds.every((each) => each !== undefined) ? bounds : undefined;
    separator.lastIndex = at;
    const between = separator.exec(trimmed);
    if (between === null && end === null) return undefined;
    isApart = end !== null || between?.[1] === ",";
    at = between === null ? at : separator.lastIndex;
  }
}

function boundOf(operator: string, numbers: readonly (string | undefined)[]): Bound | undefined {
  const [major, minor, patch, labels] = numbers;
  const isOpen = (number: string | undefined) => number === undefined || /^[xX*]$/.test(number);
  const lacksMajor = isOpen(major);
  const lacksMinor = !lacksMajor && isOpen(minor);
  const lacksPatch = !lacksMajor && !lacksMinor && isOpen(patch);
  const [first, second, third] = [lacksMajor ? "0" : major, lacksMajor || lacksMinor ? "0" : minor, isOpen(patch) ? "0" : patch];
  const version = parseVersion(`${first}.${second}.${lacksMajor || lacksMinor ? "0" : third}${labels === undefined ? "" : `-${labels}`}`);
  if (version === undefined) return undefined;
  const isDirty = lacksMajor || lacksMinor || lacksPatch;
  return { operator: ALIASES[operator] ?? operator, version, isDirty, lacksMinor, lacksPatch };
}

function holds(bounds: readonly Bound[], version: SemVer): boolean {
  if (version.prerelease.length > 0 && bounds.every((bound) => bound.version.prerelease.length === 0)) return false;
  return bounds.every((bound) => isWithin(bound, version));
}

function isWithin(bound: Bound, version: SemVer): boolean {
  const order = compare(version, bound.version);
  switch (bound.operator) {
    case "!=":
      return bound.isDirty ? !isSameAsWritten(bound, version) : order !== 0;
    case ">":
      return isAbove(bound, version);
    case "<":
      return order < 0;
    case ">=":
      return order >= 0;
    case "<=":
      return bound.isDirty ? isUpTo(bound, version) : order <= 0;
    case "~":
      return isTilde(bound, version);
    case "^":
      return order >= 0 && isCaret(bound, version);
    default:
      return bound.isDirty ? isTilde(bound, version) : order === 0;
  }
}

function isSameAsWritten({ version: wanted, lacksMinor, lacksPatch }: Bound, version: SemVer): boolean {
  if (wanted.major !== version.major) return false;
  if (lacksMinor) return true;
  if (wanted.minor !== version.minor) return false;
  // Masterminds/semver compares the labels of pre-releases even where the patch is left open.
  if (lacksPatch) return comparePrerelease(version, wanted) === 0;
  return compare(version, wanted) === 0;
}

function comparePrerelease(left: SemVer, right: SemVer): number {
  return left.comparePre(right);
}

function isAbove({ version: wanted, isDirty, lacksMinor, lacksPatch }: Bound, version: SemVer): boolean {
  if (!isDirty) return compare(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  if (lacksMinor) return false;
  return lacksPatch ? version.minor > wanted.minor : compare(version, wanted) > 0;
}

function isUpTo({ version: wanted, lacksMinor }: Bound, version: SemVer): boolean {
  if (version.major !== wanted.major) return version.major < wanted.major;
  return lacksMinor || version.minor <= wanted.minor;
}

function isTilde({ version: wanted, lacksMinor, lacksPatch }: Bound, version: SemVer): boolean {
  if (compare(version, wanted) < 0) return false;
  // `~0.0.0` and `*` are everything.
  if (wanted.major + wanted.minor + wanted.patch === 0 && !lacksMinor && !lacksPatch) return true;
  return version.major === wanted.major && (lacksMinor || version.minor === wanted.minor);
}

function isCaret({ version: wanted, lacksMinor, lacksPatch }: Bound, version: SemVer): boolean {
  if (version.major !== wanted.major) return false;
  if (wanted.major > 0 || lacksMinor) return true;
  if (version.minor !== wanted.minor) return false;
  return wanted.minor > 0 || lacksPatch || version.patch === wanted.patch;
}

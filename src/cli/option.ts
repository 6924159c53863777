import { parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";

interface OptionBase {
  /** One letter, without the dash. */
  readonly short?: string;
  readonly description: string;
  /** Understood, but neither in the help nor in completions: the spelling of another tool. */
  readonly hidden?: true;
}

/** One flag. Its long name is the key under which a table lists it, in kebab case. */
export type OptionSpec =
  | (OptionBase & {
      readonly type: "boolean";
      readonly default?: boolean;
      /** Neither on nor off where it is not given. */
      readonly open?: true;
    })
  | (OptionBase & { readonly type: "string"; readonly placeholder: string; readonly default?: string })
  /** May be given several times. */
  | (OptionBase & { readonly type: "list"; readonly placeholder: string })
  /** `bare` is what the flag means without a value, which then only `=` can give (pflag's NoOptDefVal). Help lists the choices where there is no placeholder. */
  | (OptionBase & {
      readonly type: "choice";
      readonly choices: readonly string[];
      /** What a value may also begin with, such as `jsonpath=`; the rest is any text but none. */
      readonly forms?: readonly string[];
      readonly placeholder?: string;
      readonly default?: string;
      readonly bare?: string;
    })
  /** In milliseconds. */
  | (OptionBase & { readonly type: "duration"; readonly default?: number })
  /** In bytes; `bytes` also accepts Kubernetes's suffixes, such as 32Mi. */
  | (OptionBase & { readonly type: "count" | "bytes"; readonly default?: number });

/** Flags by their name in camel case. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

type Missing<Spec> = Spec extends { readonly default: unknown } ? never : undefined;

type Form<Spec> = Spec extends { readonly forms: readonly (infer Prefix extends string)[] } ? `${Prefix}${string}` : never;

/** What a command is given for one flag. */
type OptionValue<Spec extends OptionSpec> = Spec extends { readonly type: "boolean" }
  ? Spec extends { readonly open: true }
    ? boolean | undefined
    : boolean
  : Spec extends { readonly type: "list" }
    ? readonly string[]
    : Spec extends { readonly type: "choice"; readonly choices: readonly (infer Choice)[] }
      ? Choice | Form<Spec> | Missing<Spec>
      : Spec extends { readonly type: "string" }
        ? string | Missing<Spec>
        : number | Missing<Spec>;

/** What a command is given for a table of flags. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: OptionValue<Table[Name]> };

/** A value of any flag. */
export type AnyOptionValue = boolean | string | number | readonly string[] | undefined;

/** `createNamespace` → `create-namespace`. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The environment variable that stands in for a flag: `createNamespace` → `GITOPS_CREATE_NAMESPACE`. */
export function environmentName(key: string): string {
  return `GITOPS_${flagName(key).replaceAll("-", "_").toUpperCase()}`;
}

/** Whether a flag swallows the next argument. */
export function takesValue(spec: OptionSpec): boolean {
  return spec.type !== "boolean" && !(spec.type === "choice" && spec.bare !== undefined);
}

/** What a flag is worth when nobody gives it. */
export function defaultValue(spec: OptionSpec): AnyOptionValue {
  if (spec.type === "list") return [];
  if (spec.type === "boolean") return spec.open === true ? undefined : (spec.default ?? false);
  return spec.default;
}

/**
 * Reads one value. Throws UsageError, which names the flag and never repeats a free text (it may be a credential).
 *
 * @param subject the flag or variable it was given to, such as `--timeout`.
 */
export function parseOptionValue(spec: OptionSpec, text: string, subject: string): Exclude<AnyOptionValue, undefined> {
  switch (spec.type) {
    case "boolean":
      return parseBoolean(text, subject);
    case "string":
      return text;
    case "list":
      return [text];
    case "choice":
      if (spec.choices.includes(text) || hasForm(spec.forms ?? [], text)) return text;
      throw new UsageError(
        `invalid value for ${subject}`,
        `it is one of ${[...spec.choices, ...(spec.forms ?? []).map(ofText)].join(", ")}`,
      );
    case "duration":
      return parseDuration(text, subject);
    case "count":
      return parseCount(text, subject);
    case "bytes":
      return parseBytes(text, subject);
  }
}

/** How help shows a form of {@link OptionSpec}. */
export function ofText(form: string): string {
  return `${form}…`;
}

function hasForm(forms: readonly string[], text: string): boolean {
  return forms.some((form) => text.startsWith(form) && text.length > form.length);
}

/** Go's `strconv.ParseBool`, which is what pflag accepts. */
function parseBoolean(text: string, subject: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  throw new UsageError(`invalid value for ${subject}`, "it is true or false");
}

function parseCount(text: string, subject: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`invalid value for ${subject}`, "it is a whole number above 0");
}

const SUFFIX_BYTES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["Ki", 1024],
  ["Mi", 1024 ** 2],
  ["Gi", 1024 ** 3],
]);

function parseBytes(text: string, subject: string): number {
  const [, amount = "", suffix = ""] = /^(\d+)([a-zA-Z]*)$/.exec(text) ?? [];
  const bytes = Number(amount) * (SUFFIX_BYTES.get(suffix) ?? Number.NaN);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UsageError(`invalid value for ${subject}`, "it is a number of bytes, such as 32Mi");
}

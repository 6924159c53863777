import type { OptionTable } from "../option.ts";

/** The positional words of commands that ask something of delivery objects. */
export const OBJECT_ARGUMENTS = {
  names: {
    description:
      "KIND NAME, KIND/NAME or NAME; KIND is ks, hr, source, gitrepo … or a full name; a NAME alone is of an app, else of a source",
    many: true,
  },
} as const;

/** Flags that select many delivery objects. */
export const MANY_OPTIONS = {
  all: { type: "boolean", description: "all of the namespace; apps where no kind is given" },
  selector: { type: "string", short: "l", placeholder: "SELECTOR", description: "those with these labels, such as team=shop" },
  allNamespaces: { type: "boolean", short: "A", description: "with --all or -l: those of all namespaces" },
} as const satisfies OptionTable;

/** How long a command waits for controllers. */
export const WAIT_OPTIONS = {
  wait: { type: "boolean", default: true, description: "wait until the controller is done" },
  timeout: { type: "duration", default: 300_000, description: "how long to wait, all together; 0 for no limit" },
} as const satisfies OptionTable;

/** The document of a command's outcomes. */
export const OUTCOME_OPTIONS = {
  output: { type: "choice", short: "o", choices: ["json"], description: "a document in place of lines for people" },
} as const satisfies OptionTable;

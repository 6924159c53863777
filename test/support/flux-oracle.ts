import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fluxOracle } from "./build-flux.mjs";

/** What the original makes of a request; `error` is its message where it refuses. */
export type OracleAnswer<Result> = ({ readonly error?: undefined } & Result) | { readonly error: string };

/** Text as kustomize-controller's envsubst reads it. */
interface SubstitutionRequest {
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
  /** A variable that is not there, and has no default, is an error. */
  readonly strict: boolean;
}

/** What kustomize-controller has when it builds. */
interface FluxBuildRequest {
  /** Folder of the unpacked artifact; it is copied first. */
  readonly root: string;
  /** An object of kustomize.toolkit.fluxcd.io/v1. */
  readonly kustomization: object;
  /** ConfigMaps and Secrets (`data` in base64) of its namespace, for substituteFrom. */
  readonly configMaps?: readonly object[];
  readonly secrets?: readonly object[];
  /** The feature gate StrictPostBuildSubstitutions. */
  readonly strict?: boolean;
  /** The controller's flag `--no-remote-bases`. */
  readonly noRemoteBases?: boolean;
}

/** An expression of healthCheckExprs over the fields of an object, or, with `isReady`, a readyExpr over `self` and `dep`. */
interface ExpressionRequest {
  readonly expression: string;
  readonly variables: object;
  readonly isReady: boolean;
}

/** kustomize-controller's own libraries in a process without a cluster. Answers come in the order of the questions. */
export interface FluxOracle {
  substitute(request: SubstitutionRequest): Promise<OracleAnswer<{ readonly result: string }>>;
  /** `result`: the YAML that would be applied; `generated`: the kustomization.yaml that was built for it. */
  build(request: FluxBuildRequest): Promise<OracleAnswer<{ readonly result: string; readonly generated: string }>>;
  /** `result`: true, false, `invalid` for what does not compile, or `fails` for what gives no boolean here. */
  evaluate(request: ExpressionRequest): Promise<OracleAnswer<{ readonly result: string }>>;
  close(): void;
}

const path = fluxOracle((line) => process.stderr.write(`${line}\n`));

/** Why tests that compare with Flux's libraries are skipped, or false. */
export const skipWithoutFluxOracle: string | false = path === undefined ? "not here: Go, to build Flux's libraries with" : false;

/** Starts the oracle: one process that answers until it is closed. Start it in `before`, close it in `after`. */
export function startFluxOracle(): FluxOracle {
  if (path === undefined) throw new Error("there is no oracle: skip this test with skipWithoutFluxOracle");
  const child = spawn(path, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  child.stdin.on("error", () => {});
  child.on("close", (code) => {
    for (const each of waiting.splice(0)) each.reject(new Error(`the oracle ended with ${code}`));
  });
  function ask(question: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }
  return {
    substitute: (request) => ask({ envsubst: request }) as ReturnType<FluxOracle["substitute"]>,
    build: (request) => ask({ build: request }) as ReturnType<FluxOracle["build"]>,
    evaluate: (request) => ask({ cel: request }) as ReturnType<FluxOracle["evaluate"]>,
    close: () => void child.stdin.end(),
  };
}

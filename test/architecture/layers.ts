/** Stages of the engine's pipeline: pure functions that meet in the model. */
const STAGES = ["build", "dialects", "compare", "plan", "health", "diagnose", "promote"] as const;

/** The room of the house that a path belongs to: `model`, `ports`, `yaml`, `operations`, a stage, `cli`, `agent`, … */
export function layerOf(path: string): string {
  const [top, room, inner] = path.split("/");
  if (top !== "src" || room === undefined) return "outside";
  return room === "engine" ? (inner ?? "engine").replace(/\.ts$/, "") : room;
}

/** The stage that a path belongs to, if it is in one. */
export function stageOf(path: string): string | undefined {
  return path.startsWith("src/engine/") ? STAGES.find((stage) => stage === layerOf(path)) : undefined;
}

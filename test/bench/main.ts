// `npm run bench` measures deliveries to a cluster, `npm run bench -- kustomize` builds of overlays.
if (process.argv[2] === "kustomize") {
  process.argv.splice(2, 1);
  await import("./kustomize.ts");
} else {
  await import("./run.ts");
}

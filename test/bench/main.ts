// `npm run bench` measures deliveries to a cluster, `npm run bench -- kustomize` builds of overlays, `npm run bench -- get` listings.
const other = process.argv[2];
if (other === "kustomize" || other === "get") {
  process.argv.splice(2, 1);
  await import(`./${other}.ts`);
} else {
  await import("./run.ts");
}

// `npm run bench` measures deliveries to a cluster, `npm run bench -- kustomize` builds of overlays, `npm run bench -- get` listings,
// `npm run bench -- reconcile` what asking a controller adds to its work, `npm run bench -- flux` many Kustomizations at once.
const other = process.argv[2];
if (other === "kustomize" || other === "get" || other === "reconcile" || other === "flux") {
  process.argv.splice(2, 1);
  await import(`./${other}.ts`);
} else {
  await import("./run.ts");
}

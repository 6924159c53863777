import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const APP_FILES = 20;
/** Every so many applications one has a patch, an image and a count of replicas of its own. */
const PATCHED_EVERY = 10;
/** What the two generators add to an overlay's resources. */
const GENERATED = 2;
const OBJECTS_OF_AN_APP = 5;

/** The objects of one application, with references by name between them and to what the overlay generates. */
function application(index: number): readonly string[] {
  const name = `app-${String(index).padStart(4, "0")}`;
  return [
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
      - name: web
        image: registry.example/team/${name}:1.0.0
        ports:
        - name: http
          containerPort: 8080
        env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef:
              name: ${name}-settings
              key: level
        envFrom:
        - configMapRef:
            name: common
        - secretRef:
            name: login
        resources:
          requests: {cpu: 10m, memory: 16Mi}
          limits: {memory: 64Mi}
        volumeMounts:
        - {name: settings, mountPath: /etc/settings}
      volumes:
      - name: settings
        configMap:
          name: ${name}-settings
`,
    `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - name: http
    port: 80
    targetPort: http
`,
    `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-settings
data:
  level: info
  app.properties: |
    name=${name}
    index=${index}
`,
    `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
`,
    `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
spec:
  rules:
  - host: ${name}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: ${name}
            port: {name: http}
`,
  ];
}

function kustomization(patched: readonly string[]): string {
  const lines = (entries: readonly string[]): string => entries.join("");
  return `resources:
- ../base
namespace: shop
namePrefix: prod-
labels:
- pairs: {team: shop, env: prod}
  includeSelectors: true
configMapGenerator:
- name: common
  literals: [region=eu, debug=false]
secretGenerator:
- name: login
  literals: [user=shop, password=hunter2]
images:
${lines(patched.map((name) => `- {name: registry.example/team/${name}, newTag: 2.0.0}\n`))}replicas:
${lines(patched.map((name) => `- {name: ${name}, count: 3}\n`))}patches:
- target: {kind: Service}
  patch: |-
    - op: add
      path: /metadata/annotations
      value: {patched: "yes"}
${lines(patched.map((name) => `- path: ${name}.yaml\n`))}`;
}

function patch(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
      - name: web
        env:
        - {name: PATCHED, value: "true"}
        resources:
          limits: {memory: 128Mi}
`;
}

/**
 * Writes a base and an overlay that builds to `count` objects: applications, one in ten patched, with everything that most overlays use.
 * @returns the folder to build.
 */
export function writeOverlay(folder: string, count: number): string {
  rmSync(folder, { recursive: true, force: true });
  const apps = Array.from({ length: Math.ceil((count - GENERATED) / OBJECTS_OF_AN_APP) }, (_, index) => index);
  const objects = apps.flatMap(application).slice(0, count - GENERATED);
  const files: Record<string, string> = {};
  for (let start = 0; start < objects.length; start += APP_FILES) {
    files[`base/part-${String(start / APP_FILES).padStart(3, "0")}.yaml`] = objects.slice(start, start + APP_FILES).join("---\n");
  }
  const parts = Object.keys(files).map((path) => `- ${path.slice("base/".length)}\n`);
  files["base/kustomization.yaml"] = `resources:\n${parts.join("")}`;
  const patched = apps.filter((index) => index % PATCHED_EVERY === 0).map((index) => `app-${String(index).padStart(4, "0")}`);
  files["overlay/kustomization.yaml"] = kustomization(patched);
  for (const name of patched) files[`overlay/${name}.yaml`] = patch(name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, "overlay");
}

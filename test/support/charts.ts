import type { Files } from "./git-server.ts";

/** A chart with everything that renders differently: a CRD, a hook, a test, what asks for the cluster, and a template that may fail. */
export const WEB_CHART: Files = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.3\n",
  "values.yaml": "replicas: 1\nimage: {name: nginx, tag: '1'}\nlist: [a, b]\nextra: from-file\nfail: false\n",
  "crds/crd.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.b.c}\n",
  "templates/deployment.yaml": `{{- if .Values.fail }}{{ fail "told to fail" }}{{ end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  namespace: {{ .Release.Namespace }}
  labels:
    kube: "{{ .Capabilities.KubeVersion.Version }}"
    api: {{ .Capabilities.APIVersions.Has "x/v1" | quote }}
    version: {{ .Chart.Version | quote }}
    extra: {{ .Values.extra | quote }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
      - name: c
        image: {{ .Values.image.name }}:{{ .Values.image.tag }}
        args: {{ toJson .Values.list }}
`,
  "templates/service.yaml": `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec: {ports: [{port: 80}], selector: {a: b}}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: hook
  annotations: {"helm.sh/hook": pre-install}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}
`,
  "templates/tests/test.yaml": `apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {"helm.sh/hook": test}}
spec: {containers: [{name: a, image: b}]}
`,
};

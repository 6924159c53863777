import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, test } from "node:test";
import { kubectlProgram, planeOrSkip, skipWithoutKubectl } from "../../../support/control-plane.ts";
import { renderColumns } from "../../../../src/cli/output/custom-columns.ts";
import { renderTemplate } from "../../../../src/cli/output/jsonpath/evaluate.ts";
import { parseTemplate } from "../../../../src/cli/output/jsonpath/parse.ts";
import type { JsonObject } from "../../../../src/engine/index.ts";

/** A document with all that a path may lead through. Numbers, flags and names are as a Deployment has them, so that kubectl reads it. */
const document: JsonObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" }, annotations: { "example.com/a.b": "dotted", note: "it's" } },
  spec: {
    replicas: 3,
    paused: true,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [
          { name: "main", image: "example.com/main:1", ports: [{ containerPort: 80 }, { containerPort: 443 }] },
          { name: "side", image: "example.com/side:2", ports: [{ containerPort: 9090 }] },
          { name: "last", image: "example.com/last:3" },
        ],
      },
    },
  },
};

const CONTAINERS = ".spec.template.spec.containers";
const templates = [
  "{.metadata.name}",
  "{.metadata.name}{'\\n'}",
  "{ .metadata.name }/{ .kind }",
  "name={.metadata.name} of {.metadata.namespace}",
  "{$.metadata.name}",
  "{@.metadata.name}",
  "{.spec.replicas}",
  "{.spec.paused}",
  "{.metadata.missing}",
  "[{.metadata.missing.deeper}]",
  "{.metadata.annotations.example\\.com/a\\.b}",
  "{.metadata.annotations['example\\.com/a\\.b']}",
  "{.metadata['name']}",
  "{.metadata.labels}",
  `{${CONTAINERS}[*].name}`,
  `{${CONTAINERS}[0].name}`,
  `{${CONTAINERS}[-1].name}`,
  `{${CONTAINERS}[-1:].name}`,
  `{${CONTAINERS}[0:2].name}`,
  `{${CONTAINERS}[:2].name}`,
  `{${CONTAINERS}[1:].name}`,
  `{${CONTAINERS}[::2].name}`,
  `{${CONTAINERS}[0,2].name}`,
  `{${CONTAINERS}[*]['name','image']}`,
  `{${CONTAINERS}[*].ports[*].containerPort}`,
  `{${CONTAINERS}[0].ports}`,
  `{${CONTAINERS}[?(@.name=="side")].image}`,
  `{${CONTAINERS}[?(@.name!='side')].image}`,
  `{${CONTAINERS}[?(@.ports)].name}`,
  `{${CONTAINERS}[*].ports[?(@.containerPort>100)].containerPort}`,
  `{${CONTAINERS}[*].ports[?(@.containerPort<=443)].containerPort}`,
  `{range ${CONTAINERS}[*]}{.name}={.image}{"\\n"}{end}`,
  `{range ${CONTAINERS}[*]}{.name}:{range .ports[*]} {.containerPort}{end};{end}`,
  "{..containerPort}",
  "{..ports[0].containerPort}",
  "{.spec.template.metadata.labels.*}",
  'a{"\\t"}b{"\\n"}',
  "plain {'{'} text",
];

const skip = skipWithoutKubectl();
const plane = await planeOrSkip();
let namespace = "";
before(async () => {
  if (plane.plane === undefined) return;
  namespace = await plane.plane.createNamespace("columns");
  const object = { ...document, metadata: { ...(document["metadata"] as object), namespace } };
  const made = await plane.plane.api("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, object);
  assert.equal(made.status, 201, JSON.stringify(made.body));
});

/** What kubectl makes of the document; `--local` asks no server. */
function kubectl(output: string): string {
  const args = ["label", "--local", "-f", "-", "app=web", "--overwrite", "-o", output];
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", KUBECONFIG: "/nonexistent" };
  return execFileSync(kubectlProgram() ?? "", args, {
    input: JSON.stringify(document),
    encoding: "utf8",
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

for (const template of templates)
  test(`jsonpath=${template} says what kubectl says`, { skip }, () => {
    assert.equal(renderTemplate(parseTemplate(template), document), kubectl(`jsonpath=${template}`));
  });

for (const columns of [
  "NAME:.metadata.name,REPLICAS:.spec.replicas",
  "NAME:metadata.name",
  "NAME:{.metadata.name},GONE:.metadata.missing",
  `IMAGES:${CONTAINERS}[*].image,FIRST:${CONTAINERS}[0].name`,
  "NOTE:.metadata.annotations.example\\.com/a\\.b",
])
  test(`custom-columns=${columns} says what kubectl says`, { skip: skip || plane.skip }, async () => {
    const { stdout, code, stderr } = await plane.plane!.kubectl([
      "get",
      "deployment",
      "web",
      "-n",
      namespace,
      "-o",
      `custom-columns=${columns}`,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(renderColumns(columns, [document], true), stdout.replaceAll(/ +$/gm, ""));
  });

for (const template of [
  "{.name",
  "{range .items[*]}{.name}",
  "{end}",
  "{.items[}",
  "{.items[abc]}",
  '{.items[?(@.a=="b)]}',
  "{}",
  "{.a..}",
  "{.items[::0]}",
])
  test(`jsonpath=${template} is refused`, () => {
    assert.throws(() => parseTemplate(template), { name: "UsageError" });
  });

test("$ is the document within a range too, where kubectl has no way back to it", () => {
  const template = `{range ${CONTAINERS}[*]}{.name} of {$.metadata.name};{end}`;
  assert.equal(renderTemplate(parseTemplate(template), document), "main of web;side of web;last of web;");
});

test("a template without any brace is a single expression", () => {
  assert.equal(renderTemplate(parseTemplate(".metadata.name"), document), "web");
  assert.equal(renderTemplate(parseTemplate("metadata.name"), document), "web");
});

test("values of the cluster are escaped, the template's own text is not", () => {
  assert.equal(renderTemplate(parseTemplate('{.a}{"\\t"}'), { a: "\u001b[31m\u202e" }), "\\x1b[31m\\u202e\t");
});

test("keys that every object inherits are no keys", () => {
  assert.equal(renderTemplate(parseTemplate("{.constructor}{.toString}{.__proto__}"), {}), "");
});

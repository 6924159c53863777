import { after } from "node:test";
import { connectCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { clusterContract } from "../../contract/cluster.contract.ts";
import { planeOrSkip } from "../../support/control-plane.ts";

const { skip, plane } = await planeOrSkip();
const opened = plane && (await connectCluster({ kubeconfig: plane.kubeconfig, environment: process.env, clock: systemClock() }));
after(() => opened?.close());

clusterContract("Kubernetes", skip, async () => ({ cluster: opened!, createNamespace: () => plane!.createNamespace("contract") }));

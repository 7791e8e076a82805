import process from "node:process";
import { hasGo } from "../go-build.ts";
import { buildControlPlane, controlPlaneFolder, isBuilt } from "./control-plane.ts";

/** `npm run cluster`: etcd, the Kubernetes control plane and kwok for tests/cluster, built where that has not happened yet. */
if (isBuilt()) {
  process.stdout.write(`${controlPlaneFolder} is up to date\n`);
} else if (hasGo()) {
  process.stdout.write("Building a Kubernetes control plane from Go modules: five to ten minutes the first time\n");
  try {
    await buildControlPlane();
    process.stdout.write(`Built ${controlPlaneFolder}\n`);
  } catch {
    // Go has said what is wrong.
    process.exitCode = 1;
  }
} else {
  process.stderr.write("The control plane is built with Go 1.26 or newer, and there is no go on PATH\n");
  process.exitCode = 1;
}

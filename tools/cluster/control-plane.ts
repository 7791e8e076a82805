import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildOnce, goBuild, moduleDigest, moduleFolder, requiredVersion } from "../go-build.ts";

const sources = fileURLToPath(new URL(".", import.meta.url));
const modules = ["etcd", "kwok", "kubernetes"].map((name) => join(sources, name));
const [etcd = "", kwok = "", kubernetes = ""] = modules;

/** Where the built binaries lie; ignored by git. */
export const controlPlaneFolder = fileURLToPath(new URL("../../.cache/cluster/", import.meta.url));
const stamp = join(controlPlaneFolder, "control-plane.sha256");

const programs = ["etcd", "kwok", "kube-apiserver", "kube-scheduler", "kube-controller-manager"] as const;
export type Program = (typeof programs)[number];

export const programPath = (program: Program): string => join(controlPlaneFolder, program);

/** What kwok does to nodes and pods: it keeps nodes ready, runs pods that are bound and takes deleted ones away. */
export const kwokStages = join(controlPlaneFolder, "kwok-stages.yaml");

/** Built from these very sources. */
export const isBuilt = (): boolean =>
  programs.every((program) => existsSync(programPath(program))) &&
  existsSync(kwokStages) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === moduleDigest(modules);

/**
 * Builds a Kubernetes control plane and kwok, which plays the nodes, once however many processes ask for it.
 * @throws when Go or its modules cannot be had.
 */
export const buildControlPlane = (): Promise<void> => buildOnce(controlPlaneFolder, isBuilt, compile);

function compile(): void {
  mkdirSync(controlPlaneFolder, { recursive: true });
  rmSync(stamp, { force: true });
  goBuild(etcd, ["go.etcd.io/etcd/server/v3"], programPath("etcd"));
  goBuild(kwok, ["sigs.k8s.io/kwok/cmd/kwok"], programPath("kwok"));
  writeFileSync(kwokStages, stages(moduleFolder(kwok, "sigs.k8s.io/kwok")));
  const version = requiredVersion(kubernetes, "k8s.io/kubernetes");
  const [major = "", minor = ""] = version.split(".");
  const component = "k8s.io/component-base/version";
  const stated = { [`${component}.gitVersion`]: `v${version}`, [`${component}.gitMajor`]: major, [`${component}.gitMinor`]: minor };
  const commands = ["kube-apiserver", "kube-scheduler", "kube-controller-manager"].map((name) => `k8s.io/kubernetes/cmd/${name}`);
  goBuild(kubernetes, commands, controlPlaneFolder, stated);
  writeFileSync(stamp, moduleDigest(modules));
}

/** kwok's own stage definitions; without any it does not start. */
function stages(module: string): string {
  const files = [
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
  ];
  return files.map((file) => readFileSync(join(module, "kustomize", "stage", file), "utf8")).join("---\n");
}

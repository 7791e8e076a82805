import { randomBytes } from "node:crypto";
import { unknownValue } from "./checkInputs.ts";

type Properties = Readonly<Record<string, unknown>>;

/** The id and the outputs that a cloud adds when it makes something. Names that the program leaves open are made unique. */
export function created(type: string, name: string, inputs: Properties): { id: string; outputs: Properties } {
  const suffix = randomBytes(4).toString("hex").slice(0, 7);
  const uniqueName = `${name}-${suffix}`;
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") {
    const id = `lt-0${suffix}`;
    return { id, outputs: { name: uniqueName, arn: `arn:aws:ec2:::launch-template/${id}`, latestVersion: 1, defaultVersion: 1 } };
  }
  if (type === "aws:eks/nodeGroup:NodeGroup") {
    const id = `${inputs.clusterName}:${uniqueName}`;
    return { id, outputs: { nodeGroupName: uniqueName, arn: `arn:aws:eks:::nodegroup/${id}`, status: "ACTIVE" } };
  }
  if (type === "gcp:container/nodePool:NodePool") {
    const id = `projects/${inputs.project}/locations/${inputs.location}/clusters/${inputs.cluster}/nodePools/${uniqueName}`;
    return { id, outputs: { name: uniqueName, instanceGroupUrls: [] } };
  }
  const { namespace, name: objectName } = (inputs.metadata ?? {}) as { readonly namespace?: string; readonly name?: string };
  return { id: namespace === undefined ? `${objectName}` : `${namespace}/${objectName}`, outputs: {} };
}

/** The same outputs as the preview sees them. */
export const computedOnCreate = (type: string): Properties =>
  Object.fromEntries(Object.keys(created(type, "", {}).outputs).map((name) => [name, unknownValue]));

/** Each change of a launch template is a new version of it. */
export function updated(type: string, old: Properties, isPreview: boolean): Properties {
  if (type !== "aws:ec2/launchTemplate:LaunchTemplate") return {};
  const version = isPreview ? unknownValue : Number(old.latestVersion) + 1;
  return { latestVersion: version, defaultVersion: version };
}

/** Answers of the functions that the program may call: two clusters that exist. */
export const answers: Readonly<Record<string, Properties>> = {
  "aws:eks/getCluster:getCluster": {
    endpoint: "https://eks.example.invalid",
    certificateAuthorities: [{ data: "Y2VydGlmaWNhdGU=" }],
  },
  "gcp:container/getCluster:getCluster": {
    endpoint: "gke.example.invalid",
    masterAuths: [{ clusterCaCertificate: "Y2VydGlmaWNhdGU=" }],
  },
};

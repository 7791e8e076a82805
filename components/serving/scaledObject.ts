import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Schedule } from "./schedule.ts";

/** Whether something follows the hours of the day: `none` keeps the busiest hour's replicas and nodes, `keda` needs KEDA and a node autoscaler in the cluster. */
export type Autoscaling = "none" | "keda";
export const autoscalings: readonly Autoscaling[] = ["none", "keda"];

/** KEDA scales the Deployment of this name by the hours of the day. */
export const scaledObject = (
  name: string,
  metadata: { readonly namespace: pulumi.Input<string>; readonly labels: Readonly<Record<string, string>> },
  schedule: Schedule,
  opts: pulumi.CustomResourceOptions,
): CustomResource =>
  new CustomResource(
    name,
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { name, ...metadata },
      spec: { scaleTargetRef: { name }, ...schedule },
    },
    opts,
  );

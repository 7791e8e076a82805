import type { Cloud } from "../../catalog/schema/instance-type.ts";

/** How FOCUS data of the clouds themselves calls them, so that a forecast lines up with the bill. */
export interface Provider {
  readonly name: string;
  readonly service: string;
  readonly subAccountType: string;
}

export const providers: Readonly<Record<Cloud, Provider>> = {
  aws: { name: "AWS", service: "Amazon Elastic Compute Cloud", subAccountType: "AWS account" },
  gcp: { name: "Google Cloud", service: "Compute Engine", subAccountType: "Google Cloud project" },
  static: { name: "Own hardware", service: "GPU servers", subAccountType: "Site" },
};

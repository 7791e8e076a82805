import type { Finding } from "../../planner/finding.ts";
import type { GpuFleetArgs } from "../gpuFleet.ts";
import { gcpLabelKey } from "../tags.ts";

const dnsLabel = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Optional DNS prefix of a label key, then at most 63 characters. */
const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const awsText = /^[\p{L}\p{N} +=._:/@-]*$/u;
/** Of 50 tags on AWS, 4 are ours, 1 is the resource's name, and EKS adds some. */
const mostTags = 40;

/** Names become namespaces, Services and Deployments; tags become labels on three platforms. */
export function nameFindings({ plan, tags }: Pick<GpuFleetArgs, "plan" | "tags">): Finding[] {
  const names: (readonly [string, string])[] = [
    ["fleet", plan.fleet],
    ...plan.workloads.map(({ name }) => [`workloads.${name}`, name] as const),
    ...plan.workloads.flatMap(({ deployments }) => deployments.map(({ name }) => [`deployments.${name}`, name] as const)),
  ];
  const invalid = names.filter(([, name]) => !dnsLabel.test(name)).map(([path, name]) => invalidName(path, name));
  const workloadNames = new Set(plan.workloads.map(({ name }) => name));
  const twice = workloadNames.size === plan.workloads.length ? [] : [duplicate("workloads")];
  return [
    ...invalid,
    ...twice,
    ...tagFindings({ ...plan.tags, ...tags }, "tags"),
    ...plan.workloads.flatMap((workload) => tagFindings(workload.tags, `workloads.${workload.name}.tags`)),
  ];
}

const invalidName = (path: string, name: string): Finding => ({
  code: "invalid-kubernetes-name",
  path,
  message: `"${name}" cannot be the name of a Kubernetes object`,
  value: name,
  suggestion: "use at most 63 lower case letters, digits and dashes, beginning with a letter",
});

const duplicate = (path: string): Finding => ({ code: "duplicate-name", path, message: "two workloads have one name" });

export function tagFindings(tags: Readonly<Record<string, string>>, path: string): Finding[] {
  const keys = Object.keys(tags);
  const findings = keys.flatMap((key) => tagKeyFindings(key, tags[key] ?? "", path));
  if (keys.length > mostTags) {
    findings.push({
      code: "too-many-tags",
      path,
      message: `${keys.length} tags, and AWS takes 50 on a resource`,
      value: keys.length,
      limit: mostTags,
    });
  }
  const gcpKeys = keys.map(gcpLabelKey);
  const clash = keys.find((_, index) => gcpKeys.indexOf(gcpKeys[index] ?? "") !== index);
  if (clash !== undefined) {
    findings.push({
      code: "tags-clash",
      path: `${path}.${clash}`,
      message: "as a GCP label this is the same as another tag",
      value: gcpLabelKey(clash),
    });
  }
  return findings;
}

function tagKeyFindings(key: string, value: string, path: string): Finding[] {
  const at = `${path}.${key}`;
  if (key.toLowerCase().startsWith("aws:")) return [{ code: "reserved-tag", path: at, message: "keys that begin with aws: belong to AWS" }];
  if (!labelKey.test(key)) {
    return [
      {
        code: "invalid-tag-key",
        path: at,
        message: "cannot be the key of a Kubernetes label",
        suggestion: "use letters, digits, dashes, dots and underscores",
      },
    ];
  }
  if (gcpLabelKey(key) === "") return [{ code: "invalid-tag-key", path: at, message: "a GCP label must hold a letter" }];
  if (value.length > 256)
    return [{ code: "invalid-tag-value", path: at, message: "AWS takes 256 characters", value: value.length, limit: 256 }];
  if (awsText.test(value)) return [];
  return [{ code: "invalid-tag-value", path: at, message: "AWS takes letters, digits, spaces and + - = . _ : / @ only" }];
}

import { failing, type Rule, repeated } from "../subject.ts";

/** Names are unique, sorted, and such that Kubernetes and the clouds take them. */
export const namesAreSound: Rule = ({ plan }) => {
  const pools = plan.pools.map(({ name }) => name);
  const deployments = plan.workloads.flatMap((workload) => workload.deployments.map(({ name }) => name));
  const refused = [
    ...plan.pools.filter(({ name, cloud }) => !isName(name, cloud === "gcp" ? 40 : 63)).map(({ name }) => name),
    ...deployments.filter((name) => !isName(name, 63)),
  ];
  return [
    ...[...repeated(pools), ...repeated(deployments)].map((name) => `two things are called ${name}`),
    ...refused.map((name) => `Kubernetes or the cloud refuses the name ${name}`),
    ...failing([[isSorted(pools), "the pools are not sorted by name"]]),
    ...plan.workloads.flatMap((workload) => {
      const own = workload.deployments.map(({ name }) => name);
      return failing([
        [isSorted(own), `the deployments of ${workload.name} are not sorted by name`],
        [own.every((name) => name.startsWith(`${workload.name}-`)), `a deployment of ${workload.name} does not begin with its name`],
      ]);
    }),
  ];
};

const isSorted = (names: readonly string[]): boolean => names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);

/** Kubernetes takes 63 characters in a label, GKE 40 for a node pool. */
const isName = (name: string, limit: number): boolean => name.length <= limit && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name);

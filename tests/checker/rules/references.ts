import { allPlaced, failing, type Rule, repeated, servedWorkloads } from "../subject.ts";

/** Deployments live in pools that exist, pools in clusters that were asked for, and nothing is there for nothing. */
export const referencesResolve: Rule = (subject) => [...deployments(subject), ...pools(subject), ...clusters(subject)];

const deployments: Rule = (subject) =>
  servedWorkloads(subject).flatMap(({ asked, planned }) => [
    ...failing([[repeated(planned.deployments.map(({ pool }) => pool)).length === 0, `${asked.name} has two deployments in one pool`]]),
    ...planned.deployments.flatMap(({ name, pool: home }) => {
      const pool = subject.plan.pools.find((candidate) => candidate.name === home);
      if (pool === undefined) return [`deployment ${name} lives in ${home}, which does not exist`];
      const isAllowed = asked.clusters.length === 0 || asked.clusters.includes(pool.cluster);
      return failing([[isAllowed, `deployment ${name} is in a cluster that its workload may not use`]]);
    }),
  ]);

const pools: Rule = (subject) => {
  const inhabited = new Set(allPlaced(subject).map(({ pool }) => pool.name));
  return subject.plan.pools.flatMap(({ name, cluster, cloud, region }) => {
    const isThere = (places: readonly { readonly name: string; readonly cloud: string; readonly region: string }[]): boolean =>
      places.some((place) => place.name === cluster && place.cloud === cloud && place.region === region);
    return failing([
      [isThere(subject.plan.clusters), `pool ${name}: its cluster is not in the plan, or elsewhere`],
      [isThere(subject.spec.clusters), `pool ${name}: its cluster is not in the spec, or elsewhere`],
      [inhabited.has(name), `pool ${name} has no deployment`],
    ]);
  });
};

const clusters: Rule = ({ plan }) => {
  const names = plan.clusters.map(({ name }) => name);
  const empty = names.filter((name) => !plan.pools.some(({ cluster }) => cluster === name));
  return [...repeated(names).map((name) => `cluster ${name} stands twice`), ...empty.map((name) => `cluster ${name} has no pool`)];
};

import { allPlaced, failing, type Rule, repeated } from "../subject.ts";

/** Zones are the spec's; spot pools, and pools that count for the survival of a zone, are bound to one. */
export const zonesAreBound: Rule = (subject) => [...pools(subject), ...deployments(subject)];

const pools: Rule = ({ plan, spec }) =>
  plan.pools.flatMap((pool) => {
    const known = spec.zones[`${pool.cloud}/${pool.region}`] ?? [];
    return failing([
      [pool.zones.length > 0 && repeated(pool.zones).length === 0, `pool ${pool.name} has no zone, or one twice`],
      [pool.zones.every((zone) => known.includes(zone)), `pool ${pool.name} has a zone that the spec lacks`],
      [pool.market !== "spot" || pool.zones.length === 1, `pool ${pool.name} is spot and not bound to one zone`],
    ]);
  });

const deployments: Rule = (subject) =>
  allPlaced(subject).flatMap(({ asked, deployment, pool }) => {
    const isBound = pool.zones.length === 1;
    const byZone = Object.entries(deployment.zones ?? {});
    const isTold = byZone.length === 1 && isBound && byZone[0]?.[0] === pool.zones[0] && byZone[0]?.[1] === deployment.replicas;
    return failing([
      [
        asked.availability.survive !== "zone" || isBound,
        `deployment ${deployment.name} must survive a zone and its pool is not bound to one`,
      ],
      [deployment.zones === null || isTold, `deployment ${deployment.name} has other zones than its pool`],
    ]);
  });

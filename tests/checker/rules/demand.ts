import { failing, isNear, type Rule, servedWorkloads, sum } from "../subject.ts";

/** Capacity and demand are quantised to integer micro-requests per second before they are compared. */
const microRequest = 1e-6;

/** Every workload with demand has the replicas for it, each carries its part, and a workload without demand has none. */
export const demandIsServed: Rule = (subject) => [...replicasSuffice(subject), ...derivedRates(subject)];

/** A day's work is done in its window, and a workload that others call gets every call of every hour. */
const derivedRates: Rule = ({ spec }) =>
  spec.workloads.flatMap(({ name, demand }) => {
    const { requestsPerSecond: rate, batch, callsFrom } = demand;
    const complaints: string[] = [];
    if (batch !== undefined && !isNear(rate * batch.finishWithinHours * 3600, batch.requestsPerDay, batch.requestsPerDay * 1e-9))
      complaints.push(`workload ${name}: ${rate} requests/s do not finish the day's work in time`);
    const callers = (callsFrom ?? []).map(({ workload, perRequest }) => {
      const caller = spec.workloads.find((one) => one.name === workload)?.demand;
      return { perRequest, hours: caller?.hourlyRequestsPerSecond ?? Array(24).fill(caller?.requestsPerSecond ?? Number.NaN) };
    });
    const calls = Array.from({ length: 24 }, (_, hour) => sum(callers.map(({ perRequest, hours }) => perRequest * hours[hour])));
    if (callsFrom !== undefined && !isNear(rate, Math.max(...calls), rate * 1e-9))
      complaints.push(`workload ${name}: ${rate} requests/s are not what its callers make`);
    return complaints;
  });

const replicasSuffice: Rule = (subject) =>
  servedWorkloads(subject).flatMap(({ asked, planned }) => {
    const { deployments } = planned;
    const demand = asked.demand.requestsPerSecond;
    if (demand === 0) return failing([[deployments.length === 0, `workload ${asked.name} has deployments without demand`]]);
    const replicas = sum(deployments.map((deployment) => deployment.replicas));
    const capacity = sum(deployments.map((deployment) => deployment.replicas * deployment.capacityRequestsPerSecondPerReplica));
    // What the whole workload would get if every replica got what this one does, or by weight its capacity's part.
    const loadOf = ({ requestShare, plannedRequestsPerSecondPerReplica: load, ...one }: (typeof deployments)[number]): number =>
      requestShare === undefined ? load * replicas : (load / one.capacityRequestsPerSecondPerReplica) * capacity;
    return [
      ...failing([[capacity >= demand - microRequest, `workload ${asked.name}: the capacity ${capacity} is below the demand ${demand}`]]),
      ...deployments.flatMap((deployment) => {
        const { name, minReplicas, maxReplicas, plannedRequestsPerSecondPerReplica: load } = deployment;
        return failing([
          [Number.isInteger(deployment.replicas) && deployment.replicas >= 1, `${name} has ${deployment.replicas} replicas`],
          [
            minReplicas <= deployment.replicas && deployment.replicas <= maxReplicas,
            `${name} has replicas outside minReplicas and maxReplicas`,
          ],
          [isNear(loadOf(deployment), demand, demand * 1e-9), `${name} plans ${load} requests/s for one of ${replicas} replicas`],
          [load <= deployment.capacityRequestsPerSecondPerReplica + microRequest, `${name} plans more than its capacity`],
        ]);
      }),
    ];
  });

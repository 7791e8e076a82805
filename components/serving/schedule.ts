import type { PlannedDeployment } from "../../planner/plan/fleet-plan.ts";

const minutesPerDay = 24 * 60;

/** Replicas by the hours of the day, as KEDA is told of them: a number that is always there, and more between two times of the day, UTC. */
export interface Schedule {
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly triggers: readonly CronTrigger[];
}

/** A trigger of KEDA's cron scaler (keda.sh/docs/scalers/cron). Of triggers that overlap the largest number counts. */
export interface CronTrigger {
  readonly type: "cron";
  readonly metadata: { readonly timezone: "Etc/UTC"; readonly start: string; readonly end: string; readonly desiredReplicas: string };
}

/** Null where no hour differs. A replica is called before its hour by what its node and its start take. */
export function scheduleOf(deployment: Pick<PlannedDeployment, "replicasByHour" | "leadSeconds">): Schedule | null {
  const { replicasByHour: counts, leadSeconds = 0 } = deployment;
  if (counts === undefined || new Set(counts).size === 1) return null;
  const lead = Math.ceil(leadSeconds / 60);
  const runs = runsOf(counts);
  // What is called again before it has gone stays.
  const always = runs.filter(({ from, to }) => (to - from) * 60 + lead >= minutesPerDay).map(({ replicas }) => replicas);
  const minReplicaCount = Math.max(Math.min(...counts), ...always);
  return {
    minReplicaCount,
    maxReplicaCount: Math.max(...counts),
    triggers: runs
      .filter(({ replicas }) => replicas > minReplicaCount)
      .map(({ from, to, replicas }) => ({
        type: "cron",
        metadata: { timezone: "Etc/UTC", start: daily(from * 60 - lead), end: daily(to * 60), desiredReplicas: `${replicas}` },
      })),
  };
}

interface Run {
  readonly from: number;
  /** After midnight perhaps: 26 is 02:00. */
  readonly to: number;
  readonly replicas: number;
}

/** Hours in a row with the same number, over midnight too; the first begins where a number changes. */
function runsOf(counts: readonly number[]): Run[] {
  const first = counts.findIndex((count, hour) => count !== counts.at(hour - 1));
  const runs: Run[] = [];
  for (let hour = first; hour < first + counts.length; hour++) {
    const replicas = counts[hour % counts.length] ?? 0;
    const last = runs.at(-1);
    if (last?.replicas === replicas) runs[runs.length - 1] = { ...last, to: hour + 1 };
    else runs.push({ from: hour, to: hour + 1, replicas });
  }
  return runs;
}

/** A cron expression for a minute of every day. */
function daily(minutes: number): string {
  const minute = (minutes + minutesPerDay) % minutesPerDay;
  return `${minute % 60} ${Math.floor(minute / 60)} * * *`;
}

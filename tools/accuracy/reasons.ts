import type { Observation } from "../../tests/accuracy/back-test.ts";
import { kindOf } from "../../tests/accuracy/score.ts";
import type { Scored } from "./scored.ts";

/** What about a run explains a large error; the first that holds is given. Each looks at the run, none at the size of the error. */
const reasons: readonly (readonly [holds: (observation: Observation, figure: Scored) => boolean, reason: string])[] = [
  [({ rowCase }) => rowCase.replica.model.linearAttention !== null, "hybrid model: two sources, kernels still changing"],
  [
    ({ rowCase: { row } }) => row.group === "ml-energy" && row.input_tokens === undefined,
    "prompt length not published, 250 tokens assumed",
  ],
  [({ rowCase: { row } }) => row.group.startsWith("mlperf"), "prompt length not in the log; tuned by the submitter"],
  [({ rowCase: { row } }) => row.input_tokens === undefined, "prompt length not published, 100 tokens assumed"],
  [
    ({ rowCase: { replica } }) => replica.memory.kvCacheBytesPerGpu < 0.1 * replica.memory.totalBytesPerGpu,
    "cache under 10 % of memory: 1 % of memory is 10 % of throughput",
  ],
  [
    ({ rowCase: { row } }) => kindOf(row) === "burst" && /sharegpt/i.test(row.note),
    "short run: the longest answers of ShareGPT drain at the end",
  ],
  [({ rowCase: { row } }) => kindOf(row) === "open", "close to saturation, where a little more load is a long queue"],
  [
    ({ rowCase: { row } }, { metric }) => metric === "ttft" && kindOf(row) === "closed",
    "how the clients start and how many rounds they run is not published",
  ],
  [({ rowCase: { row } }) => row.quality === "community", "one user's report, settings not published"],
  [({ rowCase: { row } }) => row.group === "qserve", "another group's build of an engine it compares itself with"],
];

export function reasonFor(observations: readonly Observation[]): (figure: Scored) => string {
  const byId = new Map(observations.map((observation) => [observation.rowCase.row.id, observation]));
  return (figure) => {
    const observation = byId.get(figure.row.id);
    const found = observation === undefined ? undefined : reasons.find(([holds]) => holds(observation, figure));
    return found?.[1] ?? "not known";
  };
}

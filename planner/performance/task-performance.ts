import type { TaskPerformance } from "../../catalog/schema/task-performance.ts";
import type { Slo } from "../spec/fleet-spec.ts";
import { type Capacity, capacity } from "./capacity.ts";
import { encoderCapacity } from "./encoder/encoder-capacity.ts";
import { encoderPoint } from "./encoder/encoder-point.ts";
import { estimate } from "./estimate.ts";
import type { Replica } from "./replica.ts";
import type { Lengths, Load, ServingPoint } from "./serving-point.ts";
import { speechCapacity } from "./speech/speech-capacity.ts";
import { speechPoint } from "./speech/speech-point.ts";

/** What one replica does at a load, whatever its model is for. */
export function servingPointOf(replica: Replica, tasks: TaskPerformance, lengths: Lengths, load: Load): ServingPoint {
  switch (replica.model.task) {
    case "generate":
      return estimate(replica, lengths, load);
    case "embed":
    case "rerank":
      return encoderPoint(replica, tasks, lengths, load);
    case "transcribe":
      return speechPoint(replica, tasks, lengths, load);
  }
}

/** The largest request rate of one replica inside the limits of its task, or why there is none. */
export function capacityOf(replica: Replica, tasks: TaskPerformance, lengths: Lengths, slo: Slo, confidence: number): Capacity {
  switch (replica.model.task) {
    case "generate":
      return capacity(replica, lengths, slo, confidence);
    case "embed":
    case "rerank":
      return encoderCapacity(replica, tasks, lengths, slo, confidence);
    case "transcribe":
      return speechCapacity(replica, tasks, lengths, slo, confidence);
  }
}

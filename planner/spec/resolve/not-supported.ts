import type { Finding } from "../../finding.ts";
import type { WorkloadPlace } from "./place.ts";

export const notSupported = (path: string, what: string, suggestion: string): Finding => ({
  code: "not-supported-yet",
  path,
  message: `${what} is not supported yet`,
  suggestion,
});

/** What is read and checked, but not planned: an answer for each, so that nothing a user wrote is silently left out. */
export function refuseUnsupportedWorkload({ raw, at, notes }: WorkloadPlace): void {
  if ((raw.lora?.adapters ?? 0) > 0) {
    notes.error(
      notSupported(
        at("lora", "adapters"),
        "serving LoRA adapters",
        "merge the adapter and plan the merged model as a workload, or set adapters to 0",
      ),
    );
  }
}

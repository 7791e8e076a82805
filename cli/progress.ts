import type { Progress } from "../planner/ports.ts";
import type { Io } from "./io.ts";

/** Fleets up to this size are planned before anyone wonders. */
const quickWorkloads = 200;
const clearLine = "\r\u001b[K";

export interface ShownProgress {
  readonly progress?: Progress;
  /** Takes the line away again. */
  readonly end: () => Promise<void>;
}

/** One line on the terminal that says how far a large plan is; nothing where standard error is a pipe or a file. */
export function progressOn(io: Io, workloads: number): ShownProgress {
  if (!io.err.isTerminal || workloads <= quickWorkloads) return { end: async () => {} };
  let shown = "";
  return {
    progress: (phase, fraction) => {
      const line = `planning ${workloads.toLocaleString("en-US")} workloads: ${phase} ${Math.round(100 * fraction)} %`;
      if (line === shown) return;
      shown = line;
      void io.err.write(`${clearLine}${line}`);
    },
    end: () => io.err.write(clearLine),
  };
}

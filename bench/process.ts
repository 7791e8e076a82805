import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ProcessRun {
  readonly seconds: number;
  /** Of all threads: the compiler and the garbage collector work beside the program. Hardly depends on what else the machine does. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly stdout: string;
}

export interface ProcessFigures {
  readonly medianSeconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly peakMiB: number;
  readonly stdout: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a Node program of this repository as its users do, from start to exit. */
export function runProcess(args: readonly string[]): ProcessRun {
  const folder = mkdtempSync(join(tmpdir(), "gpufleet-bench-"));
  const usageFile = join(folder, "usage");
  const reporter = new URL("./report-usage.ts", import.meta.url).href;
  try {
    const started = process.hrtime.bigint();
    const child = spawnSync(process.execPath, ["--import", reporter, ...args], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, BENCH_USAGE_FILE: usageFile },
      maxBuffer: 1 << 28,
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (child.status !== 0) throw new Error(`${args.join(" ")} exited with ${child.status}: ${child.stderr}`);
    const usage = JSON.parse(readFileSync(usageFile, "utf8")) as { peakMiB: number; cpuSeconds: number };
    return { seconds, ...usage, stdout: child.stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One run to warm the disk cache and the compile cache, then `runs` that count. */
export function measureProcess(args: readonly string[], runs = 5): ProcessFigures {
  runProcess(args);
  const counted = Array.from({ length: runs }, () => runProcess(args));
  const seconds = counted.map((run) => run.seconds).toSorted((a, b) => a - b);
  return {
    medianSeconds: seconds[Math.floor(runs / 2)] ?? Number.NaN,
    minSeconds: seconds[0] ?? Number.NaN,
    maxSeconds: seconds.at(-1) ?? Number.NaN,
    peakMiB: Math.max(...counted.map((run) => run.peakMiB)),
    stdout: counted[0]?.stdout ?? "",
  };
}

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import process from "node:process";
import { buildCli, builtCliFolder } from "../tools/engine/cli.ts";
import { installStandIns, standInEnvironment } from "../tools/engine/standIns.ts";
import { remove, temporaryProject } from "../tools/preview/temporaryProject.ts";

/**
 * What the Pulumi engine adds to the program: `npm run preview -- demo --in-process` against `pulumi preview`, `up`, a preview without
 * changes and `destroy` of the same stack on the real CLI. `npm run bench:engine`, or with the number of runs. The providers are the
 * stand-ins of tests/engine, which answer at once: what a cloud takes comes on top.
 */
const root = new URL("../", import.meta.url);
const stack = "demo";
const runs = Number(process.argv[2] ?? 3);

interface Times {
  readonly seconds: number;
  /** Of the command and everything it started; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

/** CPU time of finished children and of theirs, in ticks of a hundredth of a second: fields 16 and 17 of proc_pid_stat(5). */
function childrenCpuSeconds(): number | null {
  if (process.platform !== "linux") return null;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function timed(command: string, args: readonly string[], cwd: string | URL, env: NodeJS.ProcessEnv): Times {
  const [cpuBefore, started] = [childrenCpuSeconds(), process.hrtime.bigint()];
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${status}: ${stdout}${stderr}`);
  const cpuAfter = childrenCpuSeconds();
  return { seconds, cpuSeconds: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore };
}

const onTheEngine: readonly (readonly [what: string, args: readonly string[]])[] = [
  ["pulumi preview", ["preview"]],
  ["pulumi up", ["up", "--yes", "--skip-preview"]],
  ["pulumi preview, no changes", ["preview", "--expect-no-changes"]],
  ["pulumi destroy", ["destroy", "--yes", "--skip-preview"]],
];

/** One life of the stack in a copy of its own; a step's name -> its times. */
function oneLife(): Map<string, Times> {
  // The flags of Pulumi.yaml's nodeargs.
  const inProcess = ["--max-semi-space-size=4", "--import", "./tools/compile-cache.js", "tools/preview.ts", stack, "--in-process"];
  const times = new Map([["in-process preview", timed(process.execPath, inProcess, root, process.env)]]);
  const copy = temporaryProject(root);
  try {
    installStandIns(root, copy);
    const environment = standInEnvironment(copy, builtCliFolder, stack);
    const pulumi = (args: readonly string[]): Times => timed("pulumi", [...args, "--non-interactive"], copy.project, environment);
    pulumi(["stack", "init", stack]);
    for (const [what, args] of onTheEngine) times.set(what, pulumi(args));
  } finally {
    remove(copy);
  }
  return times;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

await buildCli();
// Fills the disk cache and the compile cache.
oneLife();
const lives = Array.from({ length: runs }, oneLife);
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}, load ${loadavg()[0]?.toFixed(1)}`);
console.log(`stack ${stack}; median of ${runs} runs; providers that stand in for the clouds\n`);
console.log(`${"".padEnd(28)}${["seconds", "CPU s"].map((cell) => cell.padStart(9)).join("")}`);
for (const what of ["in-process preview", ...onTheEngine.map(([name]) => name)]) {
  const own = lives.flatMap((life) => life.get(what) ?? []);
  const cpu = own.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const cells = [median(own.map(({ seconds }) => seconds)).toFixed(2), cpu.length === 0 ? "" : median(cpu).toFixed(2)];
  console.log(`${what.padEnd(28)}${cells.map((cell) => cell.padStart(9)).join("")}`);
}

import { Command, CommanderError } from "commander";
import { PlanningError } from "../planner/finding.ts";
import { findingText } from "../reports/finding-text.ts";
import { calibrateCommand } from "./commands/calibrate.ts";
import { catalogCommand } from "./commands/catalog.ts";
import { diffCommand } from "./commands/diff.ts";
import { estimateCommand } from "./commands/estimate.ts";
import { exportCommand } from "./commands/export.ts";
import { planCommand } from "./commands/plan.ts";
import { schemaCommand } from "./commands/schema.ts";
import { sizeCommand } from "./commands/size.ts";
import { validateCommand } from "./commands/validate.ts";
import { Failure } from "./failure.ts";
import { type Io, processIo } from "./io.ts";
import { expandShortForms } from "./layout-flags.ts";
import { type Session, startSession } from "./session.ts";
import { plannerVersion } from "./version.ts";

/** Runs one command line (without `node` and the script) and says how it went: 0, 1 (cannot do) or 2 (bad input). Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const session = startSession(io);
  const program = buildProgram(session);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(expandShortForms(argv), { from: "user" });
    return session.exitCode();
  } catch (error) {
    return await explain(error, session, argv.includes("--json"));
  }
}

export async function main(): Promise<void> {
  const { default: process } = await import("node:process");
  process.exitCode = await run(process.argv.slice(2), processIo());
}

function buildProgram(session: Session): Command {
  const program = new Command("gpufleet")
    .description("Plans the cheapest GPU fleet for the language models you serve, and proves how close to the cheapest it is.")
    .version(plannerVersion(), "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command");
  for (const make of [
    planCommand,
    sizeCommand,
    estimateCommand,
    calibrateCommand,
    diffCommand,
    exportCommand,
    validateCommand,
    schemaCommand,
    catalogCommand,
  ]) {
    program.addCommand(make(session));
  }
  speakLikeUs(program, session, "gpufleet");
  return program;
}

/** Commander's own errors in the form of ours, to our streams, and as exceptions instead of process.exit. */
function speakLikeUs(command: Command, session: Session, name: string): void {
  const { out, err } = session.io;
  command.exitOverride().configureOutput({
    writeOut: (text) => void out.write(text),
    writeErr: (text) => void err.write(text),
    getOutHelpWidth: () => Math.min(out.columns ?? 100, 100),
    getErrHelpWidth: () => Math.min(err.columns ?? 100, 100),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (text, write) => write(`${name}: ${ourWording(text)}\n`),
  });
  for (const child of command.commands) speakLikeUs(child, session, `${name} ${child.name()}`);
}

/** `error: unknown option '--modl'\n(Did you mean --model?)` -> `unknown option '--modl'; did you mean --model?` */
const ourWording = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, "")
    .replace(/^option '(--[\w-]+)[^']*' argument '(.*)' is invalid\. /, "$1: '$2' is not valid; ")
    .replace("Allowed choices are", "use one of")
    .replace(/\.$/, "")
    .replace(/\s*\n\((Did.*)\)$/s, (_, question: string) => `; ${question.charAt(0).toLowerCase()}${question.slice(1)}`)
    .replaceAll("\n", " ");

async function explain(error: unknown, session: Session, json: boolean): Promise<number> {
  const { err } = session.io;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure || error instanceof PlanningError) {
    if (json) await session.printJson({ findings: error.findings });
    await err.write(`${error.findings.map(positionedText).join("\n")}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
  const what = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll("\n", " ");
  await err.write(`gpufleet: a bug in gpufleet: ${what}; please report it with this command line and what GPUFLEET_DEBUG=1 adds\n`);
  if ((session.io.env.GPUFLEET_DEBUG ?? "") !== "" && error instanceof Error) await err.write(`${error.stack}\n`);
  return 1;
}

/** A finding about a file starts with `file:line:column`. */
function positionedText(finding: Failure["findings"][number] & { file?: string; line?: number; column?: number }): string {
  const { file, line = 0, column = 0 } = finding;
  if (file === undefined || file === "") return findingText(finding);
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return finding.path === "" ? `${place}: ${findingText(finding)}` : `${place} ${findingText(finding)}`;
}

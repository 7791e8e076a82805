import { once } from "node:events";
import process from "node:process";
import type { Rendering } from "../reports/style.ts";

/** Everything of the world outside that a command may touch, besides the files it is told to read. */
export interface Io {
  readonly out: Sink;
  readonly err: Sink;
  /** Chunks of standard input. */
  readonly input: AsyncIterable<string | Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths start from. */
  readonly directory: string;
  /** Today as YYYY-MM-DD: the only clock of the program. */
  readonly today: () => string;
}

export interface Sink {
  /** Resolves when the reader is ready for more. */
  readonly write: (text: string) => Promise<void>;
  readonly isTerminal: boolean;
  /** Columns of the terminal; null when it is none. */
  readonly columns: number | null;
}

export type ColorChoice = "auto" | "always" | "never";

/** Colour and width for a sink. NO_COLOR (https://no-color.org) counts only when nothing was said on the command line. */
export function renderingFor(sink: Sink, color: ColorChoice, env: Io["env"]): Rendering {
  const automatic = sink.isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return { width: sink.columns, color: color === "auto" ? automatic : color === "always" };
}

const sinkOf = (stream: NodeJS.WriteStream): Sink => ({
  write: async (text) => {
    if (!stream.write(text)) await once(stream, "drain");
  },
  isTerminal: stream.isTTY === true,
  columns: stream.isTTY === true ? (stream.columns ?? 80) : null,
});

/** The process's own streams. A reader that goes away (`| head`) ends the program quietly. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(error.code === "EPIPE" ? 0 : 1);
    });
  }
  return {
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    input: process.stdin,
    env: process.env,
    directory: process.cwd(),
    today: () => new Date().toISOString().slice(0, 10),
  };
}

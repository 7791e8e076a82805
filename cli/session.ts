import type { Rendering } from "../reports/style.ts";
import { type ColorChoice, type Io, renderingFor } from "./io.ts";

/** One run of the program: the world outside and the exit code so far. */
export interface Session {
  readonly io: Io;
  readonly print: (text: string) => Promise<void>;
  readonly printJson: (value: unknown) => Promise<void>;
  /** Ends with this code although the command printed its answer. */
  readonly endWith: (exitCode: 1 | 2) => void;
  readonly exitCode: () => number;
}

/** Flags that every command has. */
export interface CommonFlags {
  readonly json?: true;
  readonly color: ColorChoice;
}

export function startSession(io: Io): Session {
  let code = 0;
  return {
    io,
    print: (text) => io.out.write(text.endsWith("\n") ? text : `${text}\n`),
    printJson: (value) => io.out.write(`${JSON.stringify(value, null, 2)}\n`),
    endWith: (exitCode) => {
      code = exitCode;
    },
    exitCode: () => code,
  };
}

export const renderingOf = (session: Session, flags: CommonFlags): Rendering => renderingFor(session.io.out, flags.color, session.io.env);

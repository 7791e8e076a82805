import { type Command, InvalidArgumentError, Option } from "commander";

/** Flags that every command has. Named once more in CommonFlags. */
export const addCommonFlags = (command: Command): Command =>
  command
    .addOption(new Option("--json", "print JSON"))
    .addOption(new Option("--color <when>", "colour the output").choices(["auto", "always", "never"]).default("auto"))
    .helpOption("-h, --help", "show this help");

/** Examples at the end of a command's help. Each is a command line and what it is for. */
export const addExamples = (command: Command, examples: readonly (readonly [line: string, purpose: string])[]): Command => {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines =
    width > 60
      ? examples.map(([line, purpose]) => `  # ${purpose}\n  ${line}`)
      : examples.map(([line, purpose]) => `  ${line.padEnd(width)}  # ${purpose}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
};

/** A number as a person types it: `8192`, `0.5`; not `1e3x`, not empty, not infinite. */
export function numberFlag(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number");
  return value;
}

export function positiveFlag(text: string): number {
  const value = numberFlag(text);
  if (value <= 0) throw new InvalidArgumentError("expected a number above 0");
  return value;
}

export function shareFlag(text: string): number {
  const value = numberFlag(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError("expected a share from 0 to 1");
  return value;
}

export function wholeFlag(text: string): number {
  const value = numberFlag(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("expected a whole number of 0 or more");
  return value;
}

export function countFlag(text: string): number {
  const value = numberFlag(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of 1 or more");
  return value;
}

export function growthFlag(text: string): number {
  const value = numberFlag(text);
  if (value <= -100 || value > 1000) throw new InvalidArgumentError("expected a percentage above -100, at most 1000");
  return value;
}

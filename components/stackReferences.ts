import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "../planner/finding.ts";

/** The name of another stack and of its output. */
export interface StackOutput {
  readonly stack: string;
  readonly output: string;
}

/**
 * Reads outputs of other stacks before anything is made, so that a value that is not there stops the program and the others can be checked.
 * Each stack is read once. What was secret there stays secret; everything else is a plain value.
 */
export class StackReferences {
  readonly #findings: Finding[] = [];
  readonly #stacks = new Map<string, pulumi.StackReference>();

  /** What was not there, by path: stacks answer in any order. */
  get findings(): readonly Finding[] {
    return this.#findings.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Undefined, with a finding at `path`, where there is no such output. */
  async read({ stack, output }: StackOutput, path: string): Promise<unknown> {
    const reference = this.#stacks.get(stack) ?? new pulumi.StackReference(stack);
    this.#stacks.set(stack, reference);
    const { value, secretValue } = await reference.getOutputDetails(output);
    if (secretValue !== undefined) return pulumi.secret(secretValue);
    if (value === undefined) this.#findings.push(notThere({ stack, output }, path));
    return value;
  }
}

const notThere = ({ stack, output }: StackOutput, path: string): Finding => ({
  code: "unknown-stack-output",
  path,
  message: `the stack ${stack} has no output ${output} that can be read here`,
  value: output,
  suggestion: `list its outputs: pulumi stack output --stack ${stack}`,
});

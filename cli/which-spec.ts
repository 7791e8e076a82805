import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { suggest } from "../catalog/lookup.ts";
import type { PlanFlags } from "./commands/plan.ts";
import { badInput } from "./failure.ts";

const specEnding = ".fleet.yaml";

/** The spec to plan; `--explain spec.yaml` means the spec, since nobody calls a workload that. */
export function specAndExplain(
  given: string | undefined,
  flags: PlanFlags,
  directory: string,
): { path: string; explain: string | true | undefined } {
  const { explain, stack } = flags;
  if (given === undefined && stack === undefined && typeof explain === "string" && /\.ya?ml$/.test(explain)) {
    return { path: explain, explain: true };
  }
  if (given !== undefined && stack !== undefined) {
    throw badInput({ code: "spec-and-stack", path: given, message: "cannot be combined with --stack", suggestion: "give one of them" });
  }
  return { path: given ?? specOfStack(stack, directory), explain };
}

/** `stacks/<name>.fleet.yaml`; without a name the only one there is. */
function specOfStack(name: string | undefined, directory: string): string {
  const folder = resolve(directory, "stacks");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const stacks = files.flatMap((file) => (file.endsWith(specEnding) ? [file.slice(0, -specEnding.length)] : [])).toSorted();
  const [only] = stacks;
  const stack = name ?? (stacks.length === 1 ? only : undefined);
  if (stack !== undefined && stacks.includes(stack)) return join("stacks", `${stack}${specEnding}`);
  const known = stacks.length === 0 ? "there is none in stacks/" : `stacks/ has ${stacks.join(", ")}`;
  if (name !== undefined) {
    const near = suggest(name, stacks);
    throw badInput({
      code: "unknown-stack",
      path: "--stack",
      message: `there is no stacks/${name}${specEnding}`,
      suggestion: near === undefined ? known : `did you mean ${near}?`,
    });
  }
  const message = stacks.length > 1 ? `no spec was given, and ${known}` : "no spec was given, and there is none in stacks/";
  throw badInput({
    code: "no-spec",
    path: "",
    message,
    suggestion: "give the path of a fleet spec, --stack, or --model for a plan without a file",
  });
}

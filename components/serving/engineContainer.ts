import type { Drain } from "./drain.ts";
import type { EngineContainer } from "./engineProcess.ts";
import type { ServedDeployment } from "./servedWorkload.ts";
import { teiContainer } from "./teiContainer.ts";
import { vllmContainer } from "./vllmContainer.ts";
import { whisperContainer } from "./whisperContainer.ts";

/** Engines that can be deployed, by their names in a plan. */
const containers: Readonly<Record<string, (served: ServedDeployment, drain: Drain) => EngineContainer>> = {
  vllm: vllmContainer,
  tei: teiContainer,
  "faster-whisper": whisperContainer,
};

export const isServable = (engine: string): boolean => Object.hasOwn(containers, engine);

export function engineContainer(served: ServedDeployment, drain: Drain): EngineContainer {
  const { name } = served.deployment.engine;
  const container = containers[name];
  if (container === undefined) throw new RangeError(`nothing serves with ${name}`);
  return container(served, drain);
}

import type { Catalog } from "../../../catalog/catalog.ts";
import { findModel, suggest } from "../../../catalog/lookup.ts";
import type { Model, Task } from "../../../catalog/schema/model.ts";
import type { Finding } from "../../finding.ts";
import { didYouMean } from "../parse-fields.ts";
import type { RawWorkload } from "../schema/workload.ts";
import { show } from "../show.ts";
import { missing, type WorkloadPlace } from "./place.ts";

export function resolveModel({ raw, at, catalog, notes }: WorkloadPlace): Model | null {
  const path = at("model");
  if (raw.model === undefined) {
    if (!notes.isBroken(path))
      notes.error(missing(path, "the model", "name one by its Hugging Face name, such as meta-llama/Llama-3.3-70B-Instruct"));
    return null;
  }
  const model = findModel(catalog, raw.model);
  if (model === undefined) {
    if (!notes.isBroken(path)) notes.error(isPath(raw.model) ? unreadModel(path, raw.model) : unknownModel(path, raw.model, catalog));
    return null;
  }
  if (model.copyOf !== null) {
    const { model: original, precision, rule } = model.copyOf;
    notes.assume({
      code: "model-name-read-as",
      path,
      message: `${model.id} is read as ${original} in ${precision} (${rule})`,
      value: original,
    });
  }
  if (!model.deployable) {
    notes.error({
      code: "model-not-deployable",
      path,
      message: `the weights of ${model.id} were never published`,
      value: model.id,
      suggestion: "choose another model",
    });
  }
  return model;
}

const isPath = (name: string): boolean => /^(\.{1,2})?\//.test(name);

/** Reading files is the shell's work; who calls the planner alone adds the model to the catalog. */
const unreadModel = (path: string, name: string): Finding => ({
  code: "unread-model",
  path,
  message: `the files of ${show(name)} were not read`,
  value: name,
  suggestion: "plan with the gpufleet command, or describe the model under `models` in catalogOverrides and write its id",
});

export function unknownModel(path: string, name: string, catalog: Catalog): Finding {
  const near = suggest(
    name,
    catalog.models.flatMap(({ id, aliases }) => [id, ...aliases]),
  );
  const advice =
    near === undefined
      ? { suggestion: "`gpufleet catalog list models` shows the known ones; `models` in catalogOverrides describes others" }
      : didYouMean(findModel(catalog, near)?.id ?? near);
  return { code: "unknown-model", path, message: `unknown model ${show(name)}`, value: name, ...advice };
}

/** The keys that only some tasks have: a workload is one of four kinds, told apart by its model. */
const taskKeys: readonly {
  readonly keys: readonly string[];
  readonly read: (raw: RawWorkload) => unknown;
  readonly tasks: readonly Task[];
}[] = [
  { keys: ["averageAudioSeconds"], read: (raw) => raw.averageAudioSeconds, tasks: ["transcribe"] },
  { keys: ["slo", "realTimeFactor"], read: (raw) => raw.slo?.realTimeFactor, tasks: ["transcribe"] },
  { keys: ["slo", "latencyP95Ms"], read: (raw) => raw.slo?.latencyP95Ms, tasks: ["embed", "rerank"] },
  { keys: ["traffic", "documentsPerRequest"], read: (raw) => raw.traffic?.documentsPerRequest, tasks: ["embed", "rerank"] },
  ...(["ttftMeanMs", "ttftP50Ms", "ttftP95Ms", "ttftP99Ms", "tpotMeanMs", "tpotP50Ms", "tpotP95Ms", "tpotP99Ms", "e2eP95Ms"] as const).map(
    (key) => ({ keys: ["slo", key], read: (raw: RawWorkload) => raw.slo?.[key], tasks: ["generate" as const] }),
  ),
];

const insteadOf: Readonly<Record<Task, string>> = {
  generate: "use averageContext, and ttft and tpot in slo",
  embed: "use averageContext, and latencyP95Ms in slo",
  rerank: "use averageContext, and latencyP95Ms in slo",
  transcribe: "use averageAudioSeconds, and realTimeFactor in slo",
};

export function resolveTask(model: Model | null, place: WorkloadPlace): Task {
  const { raw, at, notes } = place;
  const task = model?.task ?? raw.task ?? "generate";
  if (model !== null && raw.task !== undefined && raw.task !== model.task) {
    notes.error({
      code: "task-mismatch",
      path: at("task"),
      message: `${model.id} is a model for ${model.task}, not ${raw.task}`,
      value: raw.task,
      suggestion: "take the task out; it comes from the model",
    });
  }
  // Of a model that nobody knows, the task is a guess that nothing else is blamed for.
  if (model === null && raw.task === undefined) return task;
  for (const { keys, read, tasks } of taskKeys) {
    if (read(raw) === undefined || tasks.includes(task)) continue;
    notes.error({
      code: "not-of-this-task",
      path: at(...keys),
      message: `${keys.at(-1)} belongs to the task ${tasks.join(" or ")}, and this is ${task}`,
      suggestion: insteadOf[task],
    });
  }
  return task;
}

import type { Finding } from "../planner/finding.ts";
import type { Catalog } from "./catalog.ts";
import { instanceFamily } from "./instance-family.ts";

/** Who serves the models that generate no text, and on which processors the CPU-only instances run. */
export const taskFindings = (catalog: Catalog): Finding[] => [
  ...servingFindings(catalog),
  ...unservedFindings(catalog),
  ...cpuFindings(catalog),
];

function servingFindings({ taskServing, engines, models }: Catalog): Finding[] {
  return taskServing.flatMap((row, index) => {
    const path = `taskServing[${index}]`;
    const unknown = [...row.models, ...Object.keys(row.repositories), ...(row.onnxModels ?? [])].filter(
      (name) => !models.some(({ id, task }) => id === name && task !== "generate"),
    );
    const noEngine = engines.some(({ name }) => name === row.engine) ? [] : [row.engine];
    return [
      ...unknown.map((name) => ({
        code: "unknown-model",
        path: `${path}.models`,
        message: `${name} is no model of the catalog with a task of its own`,
        value: name,
      })),
      ...noEngine.map((name) => ({ code: "unknown-engine", path: `${path}.engine`, message: `there is no engine ${name}`, value: name })),
    ];
  });
}

function unservedFindings({ models, taskServing }: Catalog): Finding[] {
  const served = new Set(taskServing.filter(({ needsOwnImage }) => needsOwnImage === null).flatMap((row) => row.models));
  return models
    .filter(({ id, task }) => task !== "generate" && !served.has(id))
    .map(({ id }) => ({
      code: "model-not-served",
      path: `models[${id}]`,
      message: "task-serving.json names no engine whose stock image serves it",
    }));
}

function cpuFindings({ instanceTypes, cpus }: Catalog): Finding[] {
  const known = new Set(cpus.flatMap(({ instanceFamilies }) => instanceFamilies));
  return instanceTypes
    .filter(({ id, gpu }) => gpu === null && !known.has(instanceFamily(id)))
    .map(({ id }) => ({
      code: "unknown-processor",
      path: `instanceTypes[${id}]`,
      message: `cpus.json has no processor for the family ${instanceFamily(id)}`,
    }));
}

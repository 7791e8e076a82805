import process from "node:process";
import { loadCatalog } from "../catalog/load.ts";
import { answerSize } from "../cli/answers.ts";

/**
 * CPU time of sizing one layout in a warm process, names looked up and legality asked: `npm run bench:size`. Every model that can be deployed
 * on five GPUs, twice; the first round warms up. CPU time and not the clock, so that what else runs on the machine does not count.
 */
function main(): void {
  const { catalog } = loadCatalog();
  const gpus = ["l4", "l40s", "a100-sxm-80gb", "h100-sxm-80gb", "b200-sxm-180gb"];
  const requests = catalog.models.flatMap((model) => gpus.map((gpu) => ({ model: model.id, gpu, tensorParallel: 2, maxModelLen: 4096 })));
  const round = (): number => {
    const before = process.cpuUsage();
    for (const request of requests) answerSize(request, catalog);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / requests.length;
  };
  const cold = round();
  const warm = [round(), round(), round()].toSorted((a, b) => a - b)[1] ?? Number.NaN;
  console.log(`${requests.length} layouts of ${catalog.models.length} models on ${gpus.length} GPUs, CPU time a layout`);
  console.log(`first round ${(cold / 1000).toFixed(3)} ms, warm ${(warm / 1000).toFixed(3)} ms (median of 3)`);
}

main();

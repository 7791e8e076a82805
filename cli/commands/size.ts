import { Command } from "commander";
import { addCommonFlags, addExamples } from "../flags.ts";
import { addLayoutFlags } from "../layout-flags.ts";
import { type CommonFlags, renderingOf, type Session } from "../session.ts";

interface SizeFlags extends CommonFlags {
  readonly model?: string;
  readonly gpu?: string;
  readonly batch?: string;
  readonly verbose?: true;
}

export function sizeCommand(session: Session): Command {
  const command = new Command("size")
    .summary("what a model needs, and what it fits on")
    .description(
      "Shows where the memory of each GPU, or of a host without them, goes for one layout of a model. Without --gpu: every GPU and precision it fits on, cheapest first.",
    )
    .action((flags: SizeFlags) => size(flags, session));
  addLayoutFlags(command)
    .option("--batch <file>", "read layouts from a file of JSON lines, or from - (standard input)")
    .option("--verbose", "show all rows, and why the others do not fit");
  return addExamples(addCommonFlags(command), [
    ["gpufleet size --model Qwen/Qwen3-8B", "what does it fit on?"],
    ["gpufleet size --model Llama-3.3-70B-Instruct --gpu l40s --tp 4 --precision fp8", "one layout"],
    ["gpufleet size --batch layouts.jsonl", "many layouts, see docs/batch.md"],
  ]);
}

async function size(flags: SizeFlags, session: Session): Promise<void> {
  const [
    { loadCatalog },
    { readSizeRequest },
    { answerSize, sizedOnDevice },
    { requestFrom, checkedOrFail, refuseWithBatch, unanswerable },
  ] = await Promise.all([import("../../catalog/load.ts"), import("../request.ts"), import("../answers.ts"), import("../request-flags.ts")]);
  const { catalog } = loadCatalog();
  const fields = requestFrom(flags);
  if (flags.batch !== undefined) {
    refuseWithBatch(fields);
    const { runBatch } = await import("../batch.ts");
    return await runBatch(
      flags.batch,
      { read: readSizeRequest, answer: (request) => answerSize(request, catalog, session.io.directory) },
      session,
    );
  }
  if (flags.gpu === undefined && flags.model !== undefined) {
    const { fitsOn } = await import("../fits-on.ts");
    const { renderFits } = await import("../../reports/fits-table.ts");
    const fits = fitsOn(checkedOrFail(readSizeRequest({ ...fields, gpu: "any" })), catalog, session.io.directory);
    if (flags.json) await session.printJson(fits);
    else await session.print(renderFits(fits, { ...renderingOf(session, flags), verbose: flags.verbose === true }));
    if (fits.fitting.length === 0) session.endWith(1);
    return;
  }
  const sized = sizedOnDevice(checkedOrFail(readSizeRequest(fields)), catalog, session.io.directory);
  if ("error" in sized) throw unanswerable(sized.error);
  const { answer, device } = sized;
  const { renderMemory } = await import("../../reports/memory-table.ts");
  if (flags.json) await session.printJson(answer);
  else await session.print(renderMemory(answer, device, renderingOf(session, flags)));
  if (!answer.fits) session.endWith(1);
}

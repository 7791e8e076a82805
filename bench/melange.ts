import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { at } from "../planner/element.ts";
import { shortlistsOf } from "../planner/packing/shortlist.ts";
import { solve } from "../planner/packing/solve.ts";
import { fromMicro } from "../planner/units.ts";
import { type MelangeInstance, packingInstanceOf } from "./melange/instance.ts";

/**
 * Mélange's problem through the planner's packing core: `node bench/melange.ts [--input FILE] [--slice-factor N] [--json]`.
 * FILE holds `{instances: [...]}` or one instance; the default is the suite with Mélange's own cost and time.
 */
export interface MelangeAnswer {
  readonly id: string;
  readonly usdPerHour: number | null;
  readonly lowerBoundUsdPerHour: number | null;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Recorded extends MelangeInstance {
  readonly melange?: { readonly usdPerHour: number; readonly seconds: number };
}

/** Null costs where a bucket is served by no type. */
export function solveMelange(melange: MelangeInstance): MelangeAnswer {
  const start = performance.now();
  const instance = packingInstanceOf(melange);
  const shortlists = shortlistsOf(instance);
  const possible = shortlists.every(({ options }) => options.length > 0);
  const solution = possible ? solve(instance, shortlists, { tight: true }) : null;
  const seconds = (performance.now() - start) / 1000;
  if (solution === null) return { id: melange.id, usdPerHour: null, lowerBoundUsdPerHour: null, seconds, counts: {} };
  const { fleet, bound } = solution;
  return {
    id: melange.id,
    usdPerHour: fromMicro(fleet.usdPerHour),
    lowerBoundUsdPerHour: fromMicro(Math.min(bound, fleet.usdPerHour)),
    seconds,
    counts: Object.fromEntries(melange.gpuTypes.map(({ name }, type) => [name, at(fleet.nodes, type)])),
  };
}

function main(): void {
  const { values } = parseArgs({
    options: { input: { type: "string" }, json: { type: "boolean" }, "slice-factor": { type: "string" } },
  });
  const file = values.input ?? new URL("./melange/suite.json", import.meta.url);
  const read = JSON.parse(readFileSync(file, "utf8")) as { instances: Recorded[] } | Recorded;
  const factor = values["slice-factor"] === undefined ? null : Number(values["slice-factor"]);
  const instances = ("instances" in read ? read.instances : [read]).map((one) => ({ ...one, sliceFactor: factor ?? one.sliceFactor }));
  const answers = instances.map(solveMelange);
  if (values.json) {
    console.log(JSON.stringify(answers, null, 2));
    return;
  }
  console.log(`${"instance".padEnd(42)}   USD/h    bound       s   Mélange USD/h       s`);
  answers.forEach(({ id, usdPerHour, lowerBoundUsdPerHour, seconds }, index) => {
    const { melange } = at(instances, index);
    const own = [usdPerHour?.toFixed(4) ?? "none", lowerBoundUsdPerHour?.toFixed(4) ?? "none", seconds.toFixed(3)];
    const theirs = melange === undefined ? "" : `${melange.usdPerHour.toFixed(4).padStart(16)} ${melange.seconds.toFixed(3).padStart(7)}`;
    console.log(`${id.padEnd(42)} ${own.map((cell) => cell.padStart(8)).join(" ")}${theirs}`);
  });
}

if (import.meta.main) main();

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inputTypesFile } from "./inputTypes.ts";
import { sdkInputTypes } from "./sdkInputTypes.ts";

/** `node tools/engine/providers/generateInputTypes.ts`: after an SDK was updated, or when the program uses a new kind of resource. */
writeFileSync(inputTypesFile, `${JSON.stringify(sdkInputTypes(), null, 2)}\n`);
execFileSync("biome", ["format", "--write", fileURLToPath(inputTypesFile)], { stdio: "inherit" });

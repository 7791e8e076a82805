import { writeFileSync } from "node:fs";

/** Preloaded into a measured process: leaves its peak resident set, in KiB, where the measuring process asked for it. */
const file = process.env.BENCH_MEMORY_FILE;
if (file !== undefined) process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS)));

// Loaded before everything else (node --import). `pulumi` takes the node that is first on PATH, which may be one that cannot run the program.
import * as nodeModule from "node:module";
import process from "node:process";

if (!process.features.typescript) {
  process.stderr.write(
    `Node ${process.versions.node} does not run TypeScript: Node 22.18 or newer must come first on PATH, such as the project's own: PATH="$PWD/node_modules/.bin:$PATH"\n`,
  );
  process.exit(1);
}

// Keeps compiled and type-stripped modules between runs, in the system's temporary folder.
nodeModule.enableCompileCache();

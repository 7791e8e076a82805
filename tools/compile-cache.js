// Loaded before everything else (node --import): keeps compiled and type-stripped modules between runs, in the system's temporary folder.
import { enableCompileCache } from "node:module";

enableCompileCache();

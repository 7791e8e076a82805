import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import type * as language from "@pulumi/pulumi/proto/language_pb.js";
import { answering, listen } from "./listen.ts";
import { Empty, languageMessages, languageService, pluginMessages } from "./messages.ts";

/**
 * Stands in for Pulumi's own Node language host, which is not published as a Go module: starts the program the same way, with `node` from
 * PATH, in the folder in which the engine has started the host (github.com/pulumi/pulumi sdk/nodejs/cmd/pulumi-language-nodejs).
 */
export async function serveLanguageHost(): Promise<void> {
  const engineAddress = process.argv.at(-1) ?? "";
  let program: ChildProcess | undefined;
  await listen((server) =>
    server.addService(languageService, {
      handshake: answering(() => new languageMessages.LanguageHandshakeResponse()),
      getPluginInfo: answering(() => new pluginMessages.PluginInfo()),
      getRequiredPackages: answering(requiredPackages),
      run: answering(async (request: language.RunRequest) => {
        program = startProgram(request, engineAddress);
        return outcome(await exitCode(program));
      }),
      cancel: answering(() => {
        program?.kill("SIGINT");
        return new Empty();
      }),
    }),
  );
}

/** Every package below node_modules that says it comes with a plugin, used or not: the engine wants them all to be there. */
function requiredPackages(request: language.GetRequiredPackagesRequest): language.GetRequiredPackagesResponse {
  const folder = join(request.getInfo()?.getProgramDirectory() ?? ".", "node_modules", "@pulumi");
  const manifests = readdirSync(folder).map((name) => readManifest(join(folder, name, "package.json")));
  const packages = manifests.flatMap(({ version, pulumi }) => {
    if (pulumi?.resource !== true) return [];
    const dependency = new pluginMessages.PackageDependency();
    dependency.setKind("resource");
    dependency.setName(pulumi.name ?? "");
    dependency.setVersion(`v${pulumi.version ?? version}`);
    return [dependency];
  });
  const response = new languageMessages.GetRequiredPackagesResponse();
  response.setPackagesList(packages);
  return response;
}

interface Manifest {
  readonly version: string;
  readonly pulumi?: { readonly resource?: boolean; readonly name?: string; readonly version?: string };
}

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest;

function startProgram(request: language.RunRequest, engineAddress: string): ChildProcess {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as { readonly nodeargs?: string; readonly typescript?: boolean };
  const run = createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? folder,
    stack: request.getStack(),
    pwd: folder,
    parallel: String(request.getParallel()),
  };
  const args = [
    ...words(options.nodeargs ?? ""),
    run,
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
  return spawn("node", args, { env: environment(request, options.typescript ?? true), stdio: ["ignore", "inherit", "inherit"] });
}

function environment(request: language.RunRequest, typescript: boolean): NodeJS.ProcessEnv {
  const config = request.getConfigMap().toObject(false) as [string, string][];
  return {
    ...process.env,
    // Config keys travel in the form in which programs of old SDKs know them: `namespace:config:name`.
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config.map(([key, value]) => [key.replace(":", ":config:"), value]))),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
  };
}

/** Words of a command line; quotes keep spaces. */
const words = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? "");

const exitCode = (program: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    program.on("error", reject);
    program.on("exit", (code) => resolve(code ?? 1));
  });

/** The program's own code for "what is wrong has been said". */
const alreadySaid = 32;

function outcome(code: number): language.RunResponse {
  const response = new languageMessages.RunResponse();
  if (code === alreadySaid) response.setBail(true);
  else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
  return response;
}

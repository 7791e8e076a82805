import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildOnce, goBuild, moduleDigest, requiredVersion } from "../go-build.ts";

const module = fileURLToPath(new URL("pulumi-cli/", import.meta.url));

/** Where the built CLI lies; ignored by git. */
export const builtCliFolder = fileURLToPath(new URL("../../.cache/engine/", import.meta.url));

/** The language host and the providers that stand in, as executables. */
const standInsFolder = fileURLToPath(new URL("bin/", import.meta.url));

const binary = join(builtCliFolder, "pulumi");
/** The CLI looks for its language hosts beside itself first. */
const languageHost = join(builtCliFolder, "pulumi-language-nodejs");
const stamp = join(builtCliFolder, "pulumi.sha256");

export const standInProvider = (sdk: string): string => join(standInsFolder, `pulumi-resource-${sdk}`);

/** Built from these very sources. */
export const isBuilt = (): boolean =>
  existsSync(binary) && existsSync(languageHost) && existsSync(stamp) && readFileSync(stamp, "utf8") === moduleDigest([module]);

/** Without its version the CLI refuses plugins and state that ask for one. */
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the Pulumi CLI, once however many processes ask for it.
 * @throws when Go or its modules cannot be had.
 */
export const buildCli = (): Promise<void> => buildOnce(builtCliFolder, isBuilt, compile);

function compile(): void {
  const unfinished = join(builtCliFolder, `pulumi.${process.pid}`);
  const version = requiredVersion(module, "github.com/pulumi/pulumi/pkg/v3");
  goBuild(module, ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], unfinished, { [versionVariable]: version });
  renameSync(unfinished, binary);
  rmSync(languageHost, { force: true });
  symlinkSync(join(standInsFolder, "pulumi-language-nodejs"), languageHost);
  writeFileSync(stamp, moduleDigest([module]));
}

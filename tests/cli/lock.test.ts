import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planToDeploy } from "../../cli/plan-to-deploy.ts";
import { canonicalJson } from "../../planner/canonical-json.ts";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { sha256 } from "../../planner/sha256.ts";
import { gpufleet, type Outcome } from "./fixtures/run.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gpu-fleet-planner-lock-"));
  for (const name of ["two.fleet.yaml", "impossible.fleet.yaml", "broken.fleet.yaml"]) {
    cpSync(join(import.meta.dirname, "fixtures", name), join(directory, name));
  }
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const here = (...argv: string[]): Promise<Outcome> => gpufleet(argv, { directory });
const path = (name: string): string => join(directory, name);
const read = (name: string): string => readFileSync(path(name), "utf8");
const edit = (name: string, from: string | RegExp, to: string): void => writeFileSync(path(name), read(name).replace(from, to));
const makeFolder = (name: string): void => {
  rmSync(path(name));
  mkdirSync(path(name));
};
const oneLine = (outcome: Outcome): string => {
  expect(outcome).toMatchObject({ code: 1, out: "" });
  expect(outcome.err).toMatch(/^[^\n]+\n$/);
  return outcome.err;
};

describe("plan --write", () => {
  test("writes the plan that plan --json prints, says where, and leaves no other file", async () => {
    const before = readdirSync(directory);
    const { code, out, err } = await here("plan", "two.fleet.yaml", "--write");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/\nWrote two\.plan\.json\n$/);
    expect(readdirSync(directory).toSorted()).toEqual([...before, "two.plan.json"].toSorted());
    const { planSha256, ...plan } = JSON.parse(read("two.plan.json"));
    expect(plan).toEqual(JSON.parse((await here("plan", "two.fleet.yaml", "--json", "--fresh")).out));
    expect(planSha256).toBe(sha256(canonicalJson(plan)));
  });

  test("what is kept is where the next plan starts, and --fresh does not look at it", async () => {
    await here("plan", "two.fleet.yaml", "--write");
    const planned = async (...flags: string[]) => JSON.parse((await here("plan", "two.fleet.yaml", "--json", ...flags)).out);
    expect((await planned()).stability.churn).toEqual({ nodesAdded: 0, nodesRemoved: 0, replicasStarted: 0, usd: 0 });
    expect(await planned("--fresh")).not.toHaveProperty("stability");
    expect((await here("plan", "two.fleet.yaml")).out).toContain("From the deployed fleet: nothing changes.");
    writeFileSync(path("two.plan.json"), "{");
    expect(await planned()).not.toHaveProperty("stability");
  });

  test("twice gives the same bytes, and the second time nothing is written", async () => {
    await here("plan", "two.fleet.yaml", "--write");
    const [first, { mtimeMs, ino }] = [read("two.plan.json"), statSync(path("two.plan.json"))];
    const { code, out } = await here("plan", "two.fleet.yaml", "--write", "--explain", "--alternatives", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/\ntwo\.plan\.json holds this plan already\n$/);
    expect(statSync(path("two.plan.json"))).toMatchObject({ mtimeMs, ino });
    rmSync(path("two.plan.json"));
    await here("plan", "two.fleet.yaml", "--write", "--json");
    expect(read("two.plan.json")).toBe(first);
  });

  test("replaces a lock that is no longer valid", async () => {
    writeFileSync(path("two.plan.json"), "{");
    expect((await here("plan", "two.fleet.yaml", "--write")).code).toBe(0);
    expect((await here("plan", "two.fleet.yaml", "--check")).code).toBe(0);
  });

  test("follows a link to where the lock is kept", async () => {
    mkdirSync(path("kept"));
    writeFileSync(path("kept/lock.json"), "old");
    symlinkSync(path("kept/lock.json"), path("two.plan.json"));
    expect((await here("plan", "two.fleet.yaml", "--write")).code).toBe(0);
    expect(read("kept/lock.json")).toMatch(/^\{"assumptions"/);
  });

  test.each([
    ["impossible.fleet.yaml", 1],
    ["broken.fleet.yaml", 2],
  ])("touches nothing when %s cannot be planned", async (spec, code) => {
    const lock = spec.replace("fleet.yaml", "plan.json");
    writeFileSync(path(lock), "the old lock");
    const files = readdirSync(directory);
    expect(await here("plan", spec, "--write")).toMatchObject({ code, out: "" });
    expect(read(lock)).toBe("the old lock");
    expect(readdirSync(directory)).toEqual(files);
  });

  test("that fails says so in a line and leaves no half file", async () => {
    mkdirSync(path("two.plan.json"));
    expect(oneLine(await here("plan", "two.fleet.yaml", "--write"))).toMatch(
      /^two\.plan\.json: cannot be written \(\w+\); nothing was changed\n$/,
    );
    expect(readdirSync(directory).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  test("writes no plan whose spot prices are older than was allowed", async () => {
    const argv = ["plan", "two.fleet.yaml", "--write", "--max-price-age", "1"];
    expect((await gpufleet(argv, { directory, today: "2030-01-01" })).code).toBe(1);
    expect(readdirSync(directory)).not.toContain("two.plan.json");
  });
});

describe("plan --check", () => {
  beforeEach(async () => {
    await here("plan", "two.fleet.yaml", "--write");
  });
  const check = () => here("plan", "two.fleet.yaml", "--check");
  const again = "npx gpufleet plan two.fleet.yaml --write";

  test("says that the lock answers the spec, with its cost; as JSON the plan", async () => {
    const { code, out, err } = await check();
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^two\.plan\.json answers two\.fleet\.yaml: \$[\d,.]+ a month\n$/);
    const { planSha256: _, ...plan } = JSON.parse(read("two.plan.json"));
    expect(JSON.parse((await here("plan", "two.fleet.yaml", "--check", "--json")).out)).toEqual(plan);
  });

  test.each<[string, () => void, string]>([
    ["there is no lock", () => rmSync(path("two.plan.json")), "there is no lock: nothing is kept"],
    [
      "the spec was changed",
      () => edit("two.fleet.yaml", "qps: 4", "qps: 5"),
      "answers another spec than two.fleet.yaml: workloads.coder.demand.requestsPerSecond is 5 (lock: 4)",
    ],
    ["it was cut off", () => truncateSync(path("two.plan.json"), 4000), "is cut off or no JSON"],
    ["it is no JSON", () => writeFileSync(path("two.plan.json"), "fleet: two"), "is cut off or no JSON"],
    [
      "its schema is newer",
      () => edit("two.plan.json", '"schemaVersion":1', '"schemaVersion":7'),
      "has schema version 7, this planner reads 1",
    ],
    ["it was edited by hand", () => edit("two.plan.json", /"replicas":\d/, '"replicas":9'), "was changed after it was written"],
    ["it is a folder", () => makeFolder("two.plan.json"), "is a folder, not a file"],
    ["it is huge", () => truncateSync(path("two.plan.json"), 65 * 2 ** 20), "has 65 MiB: no lock is that large"],
  ])("ends with 1 and one line that names the mending command when %s", async (_, happens, message) => {
    happens();
    const line = oneLine(await check());
    expect(line).toContain(`two.plan.json: ${message}`);
    expect(line).toContain(again);
  });

  test("names a bad spec before it looks at the lock", async () => {
    edit("two.fleet.yaml", "Qwen3-8B", "Qwen3-8BB");
    expect(await check()).toMatchObject({ code: 2, err: expect.stringContaining("two.fleet.yaml:7:5 workloads[0].model") });
  });

  test("at other prices the lock still answers, the new cost is shown and the reason is a warning", async () => {
    edit("two.fleet.yaml", "fleet: two", "fleet: two\ncatalogOverrides: own.yaml");
    writeFileSync(path("own.yaml"), "discounts:\n  - { cloud: aws, market: on-demand, percent: 10 }\n");
    await here("plan", "two.fleet.yaml", "--write");
    const before: FleetPlan = JSON.parse(read("two.plan.json"));
    edit("own.yaml", "percent: 10", "percent: 20");
    const { code, out } = await check();
    expect(code).toBe(0);
    const plan: FleetPlan = JSON.parse((await here("plan", "two.fleet.yaml", "--check", "--json")).out);
    expect(plan.cost.usdPerMonth).toBeLessThan(before.cost.usdPerMonth);
    expect(out).toMatch(/\nwarning: two\.plan\.json: the lock was priced with the catalog of [^\n]+\n$/);
    expect(read("two.plan.json")).toBe(`${canonicalJson(before)}\n`);
  });
});

test.each([
  [["plan", "two.fleet.yaml", "--write", "--check"], "cannot be used with option"],
  [["plan", "two.fleet.yaml", "--check", "--explain"], "cannot be used with option"],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--write"], "--write: cannot be combined with --model"],
  [["plan", "--model", "Qwen3-8B", "--qps", "1", "--average-context", "2000", "--check"], "--check: cannot be combined with --model"],
])("%j is bad input", async (argv, message) => {
  const { code, out, err } = await gpufleet(argv, { directory });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

describe("what the Pulumi program deploys", () => {
  const deployed = (mode: "require" | "use" | "ignore") => planToDeploy("two.fleet.yaml", mode, directory);
  const failure = (mode: "require" | "use") =>
    deployed(mode).then(
      () => [],
      (error: { findings: object[] }) => error.findings,
    );

  test("with a valid lock: the lock, to the byte, and nothing needs to be said", async () => {
    await here("plan", "two.fleet.yaml", "--write");
    const { planSha256 } = JSON.parse(read("two.plan.json"));
    for (const mode of ["require", "use"] as const) {
      const { plan, notes } = await deployed(mode);
      expect(sha256(canonicalJson(plan))).toBe(planSha256);
      expect(notes).toEqual([]);
    }
  });

  test("without a lock: require stops, use plans afresh and says so, ignore plans afresh", async () => {
    expect(await failure("require")).toMatchObject([{ code: "lock-missing", path: "two.plan.json" }]);
    const [used, ignored] = [await deployed("use"), await deployed("ignore")];
    expect(used.notes).toMatchObject([{ code: "lock-missing", suggestion: expect.stringContaining("plan two.fleet.yaml --write") }]);
    expect(ignored.notes).toEqual([]);
    expect(canonicalJson(used.plan)).toBe(canonicalJson(ignored.plan));
  });

  test("with an invalid lock: require and use stop with one finding, ignore plans afresh", async () => {
    await here("plan", "two.fleet.yaml", "--write");
    edit("two.fleet.yaml", "qps: 4", "qps: 5");
    for (const mode of ["require", "use"] as const) expect(await failure(mode)).toMatchObject([{ code: "lock-spec-differs" }]);
    expect((await deployed("ignore")).plan.workloads[1]?.demand.requestsPerSecond).toBe(5);
  });

  test.each([
    ["cut off", () => truncateSync(path("two.plan.json"), 4000), "lock-truncated", "is cut off or no JSON"],
    [
      "of another schema version",
      () => edit("two.plan.json", '"schemaVersion":1', '"schemaVersion":2'),
      "lock-schema-version",
      "has schema version 2, this planner reads 1",
    ],
    ["edited by hand", () => edit("two.plan.json", /"replicas":\d/, '"replicas":9'), "lock-edited", "was changed after it was written"],
  ] as const)(
    "a lock that is %s stops the program in one finding, whether it is required or only used",
    async (_, happens, code, message) => {
      await here("plan", "two.fleet.yaml", "--write");
      happens();
      for (const mode of ["require", "use"] as const) {
        expect(await failure(mode)).toMatchObject([{ code, path: "two.plan.json", message: expect.stringContaining(message) }]);
      }
    },
  );

  test("the lock keeps a fleet that a fresh plan would change", async () => {
    edit("two.fleet.yaml", "fleet: two", "fleet: two\ncatalogOverrides: own.yaml");
    writeFileSync(path("own.yaml"), "discounts: []\n");
    await here("plan", "two.fleet.yaml", "--write");
    const types = ({ plan }: { plan: FleetPlan }) => plan.pools.map(({ instanceType }) => instanceType);
    const kept = types(await deployed("use"));
    const prices = [...new Set(kept)]
      .flatMap((instance) =>
        ["on-demand", "spot"].map((market) => `  - { instance: ${instance}, region: us-east-1, market: ${market}, usdPerHour: 500 }`),
      )
      .join("\n");
    writeFileSync(path("own.yaml"), `asOf: 2026-10-01\nsource: our contract\nprices:\n${prices}\n`);
    expect(types(await deployed("ignore"))).not.toEqual(kept);
    expect(types(await deployed("use"))).toEqual(kept);
    expect((await deployed("use")).notes).toMatchObject([{ code: "lock-other-catalog" }]);
  });
});

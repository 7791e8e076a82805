import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import { lockText } from "../../planner/plan/lock.ts";
import type { ForecastJson } from "../../reports/focus/forecast-json.ts";
import { brokenFocusRules, readCsv } from "../reports/focus/focus-rules.ts";
import { gpufleet } from "./fixtures/run.ts";

const run = (...argv: string[]) => gpufleet(["export", "two.fleet.yaml", ...argv], { today: "2026-11-20" });
const planned = async (): Promise<FleetPlan> => JSON.parse((await gpufleet(["plan", "two.fleet.yaml", "--json"])).out);

test("FOCUS is the default, keeps the rules, and adds up to the plan's month", async () => {
  const { code, out, err } = await run("--billing-account-id", "123456789012", "--sub-account-id", "aws=999", "--stack-name", "prod");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { header, rows } = readCsv(out);
  expect(brokenFocusRules(header, rows)).toEqual([]);
  const total = rows.reduce((sum, row) => sum + Number(row.BilledCost), 0);
  expect(Math.round(total * 100) / 100).toBe((await planned()).cost.usdPerMonth);
  expect(rows[0]).toMatchObject({
    BillingAccountId: "123456789012",
    SubAccountId: "999",
    SubAccountType: "AWS account",
    x_StackName: "prod",
    BillingPeriodStart: "2026-11-01T00:00:00Z",
  });
});

test("a year with growth is twelve months from --start, named in the scenario", async () => {
  const { out } = await run("--billing-account-id", "1", "--months", "12", "--growth-percent", "3", "--start", "2027-02");
  const { rows } = readCsv(out);
  const starts = [...new Set(rows.map((row) => row.ChargePeriodStart))];
  expect(starts).toHaveLength(12);
  expect([starts[0], starts.at(-1)]).toEqual(["2027-02-01T00:00:00Z", "2028-01-01T00:00:00Z"]);
  expect(new Set(rows.map((row) => row.x_ForecastScenario))).toEqual(new Set(["growth of 3 % a month"]));
});

test("CSV and JSON need no account and have the same rows", async () => {
  const csv = readCsv((await run("--format", "csv")).out);
  const json: ForecastJson = JSON.parse((await run("--json")).out);
  expect(csv.rows.map(({ pool, workload, costUsd }) => [pool, workload, costUsd])).toEqual(
    json.rows.map(({ pool, workload, costUsd }) => [pool, workload, String(costUsd)]),
  );
  expect(json.months).toMatchObject([{ month: "2026-11", costUsd: json.usdPerMonth }]);
});

test("a forecast names the plan by the hash that its lock has", async () => {
  const { planSha256 } = JSON.parse(lockText(await planned()));
  expect(readCsv((await run("--billing-account-id", "1")).out).rows[0]?.x_ForecastRunId).toBe(planSha256);
});

test("the same plan, month and accounts give the same bytes", async () => {
  const argv = ["--billing-account-id", "1", "--start", "2027-01"];
  expect((await run(...argv)).out).toBe((await run(...argv)).out);
});

test("a discount of the overrides is a contracted price beside its list price", async () => {
  const { code, out } = await gpufleet(["export", "discounted.fleet.yaml", "--billing-account-id", "1"], {
    directory: `${import.meta.dirname}/fixtures/export`,
  });
  expect(code).toBe(0);
  for (const { ContractedUnitPrice, ListUnitPrice, PricingCategory } of readCsv(out).rows) {
    expect(PricingCategory).toBe("Standard");
    expect(Number(ContractedUnitPrice) / Number(ListUnitPrice)).toBeCloseTo(0.88, 6);
  }
});

test.each([
  [[], "--billing-account-id: is needed for aws"],
  [["--billing-account-id", "gcp=1"], "--billing-account-id: is needed for aws"],
  [["--billing-account-id", ""], "--billing-account-id"],
  [["--start", "2026-13", "--format", "csv"], '--start: "2026-13" is no month; write YYYY-MM'],
  [["--months", "0"], "--months: '0' is not valid"],
  [["--months", "121"], "--months: '121' is not valid"],
  [["--growth-percent", "-100"], "--growth-percent: '-100' is not valid"],
  [["--format", "xlsx"], "--format: 'xlsx' is not valid; use one of focus, csv, json"],
  [["--probability", "2"], "--probability: '2' is not valid"],
])("%j is bad input", async (argv, message) => {
  const { code, out, err } = await run(...argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

describe("accounts from the stack's config", () => {
  const spec = readFileSync(new URL("fixtures/two.fleet.yaml", import.meta.url), "utf8");
  function stack(billing: string): string {
    const directory = mkdtempSync(join(tmpdir(), "gpufleet-billing-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    mkdirSync(join(directory, "stacks"));
    writeFileSync(join(directory, "stacks/prod.fleet.yaml"), spec);
    writeFileSync(join(directory, "stacks/Pulumi.prod.yaml"), `config:\n  gpu-fleet-planner:billing: ${billing}\n`);
    return directory;
  }
  const accounts = async (directory: string, ...argv: string[]) => {
    const { out, err } = await gpufleet(["export", "--stack", "prod", ...argv], { directory, today: "2026-11-20" });
    expect(err).toBe("");
    const [row] = readCsv(out).rows;
    return [row?.BillingAccountId, row?.SubAccountId, row?.BillingAccountName];
  };

  test("are used, and a flag wins", async () => {
    const directory = stack('{ billingAccountId: { aws: "111111111111" }, subAccountId: "222222222222", billingAccountName: Acme }');
    expect(await accounts(directory)).toEqual(["111111111111", "222222222222", "Acme"]);
    expect(await accounts(directory, "--billing-account-id", "3")).toEqual(["3", "222222222222", "Acme"]);
    expect(await accounts(directory, "--sub-account-id", "aws=4")).toEqual(["111111111111", "4", "Acme"]);
  });

  test("a stack's config that is no YAML is bad input", async () => {
    const { code, err } = await gpufleet(["export", "--stack", "prod"], { directory: stack("{ a: [ }") });
    expect(code).toBe(2);
    expect(err).toMatch(/^stacks\/Pulumi\.prod\.yaml: is no YAML that can be read: [^\n]+\n$/);
  });

  test.each([
    [
      "{ billingAccountId: 111111111111 }",
      "billing.billingAccountId: expected a text (quotes around numbers), or one for each of aws, gcp, static",
    ],
    ["[1]", "billing: expected keys such as billingAccountId"],
    ["{ billingAccount: x }", 'billing: unrecognized key: "billingAccount"'],
  ])("%s is bad input", async (billing, message) => {
    const { code, out, err } = await gpufleet(["export", "--stack", "prod"], { directory: stack(billing) });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.toLowerCase()).toContain(`stacks/Pulumi.prod.yaml gpu-fleet-planner:${message}`.toLowerCase());
  });
});

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parse } from "yaml";
import { brokenFocusRules, readCsv } from "../reports/focus/focus-rules.ts";
import { type FakeComment, type FakeHost, startFakeHost } from "./fixtures/fake-host.ts";
import { type GitHubEvent, readWorkflow, shellSteps } from "./fixtures/github-steps.ts";
import { makeWorkplace, type Workplace } from "./fixtures/workplace.ts";

const docs = resolve(import.meta.dirname, "../../docs/ci");
const workflow = readWorkflow(readFileSync(join(docs, "github-actions.yaml"), "utf8"));
const gitlab = parse(readFileSync(join(docs, "gitlab-ci.yaml"), "utf8"))["gpu-fleet"] as {
  variables: Record<string, string>;
  before_script: string[];
  script: string[];
};
const token = "t0ken";

const open: { close?: () => Promise<void>; remove?: () => void }[] = [];
afterEach(async () => {
  for (const { close, remove } of open.splice(0)) {
    await close?.();
    remove?.();
  }
});

async function scene(
  change: Parameters<typeof makeWorkplace>[0],
  comments: FakeComment[] = [],
): Promise<{ place: Workplace; host: FakeHost }> {
  const place = makeWorkplace(change);
  const host = await startFakeHost(comments, token);
  open.push(place, host);
  return { place, host };
}

/** Runs the workflow as Actions would: a failed step skips those that do not ask to run anyway. */
async function runGitHub(
  { place, host }: { place: Workplace; host: FakeHost },
  more: Record<string, string> = {},
  fork = false,
  only = /./,
) {
  const recorded = readFileSync(resolve(import.meta.dirname, "fixtures/pull-request-event.json"), "utf8");
  const event = JSON.parse(recorded.replace("BASE_SHA", place.baseSha).replace("HEAD_SHA", place.headSha)) as GitHubEvent;
  const contexts = {
    "github.token": token,
    "github.repository": fork ? "upstream/fleet" : "acme/fleet",
    "vars.PULUMI_BACKEND_URL": "file:///nowhere",
    "secrets.PULUMI_ACCESS_TOKEN": "",
    "secrets.PULUMI_CONFIG_PASSPHRASE": "x",
  };
  const outcomes: Record<string, { code: number; output: string }> = {};
  let failed = false;
  for (const { name, script, env, always } of shellSteps(workflow, event, contexts)) {
    if ((failed && !always) || !only.test(name)) continue;
    const set = { GITHUB_API_URL: host.url, GITHUB_REPOSITORY: "acme/fleet", GITHUB_STEP_SUMMARY: join(place.directory, "summary.md") };
    const outcome = await place.bash(script, { ...set, ...env, ...more });
    outcomes[name] = outcome;
    failed ||= outcome.code !== 0;
  }
  return { outcomes, failed };
}

async function runGitLab({ place, host }: { place: Workplace; host: FakeHost }, more: Record<string, string> = {}) {
  const set = {
    GITLAB_CI: "true",
    CI_API_V4_URL: host.url,
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
  };
  return await place.bash([...gitlab.before_script, ...gitlab.script].join("\n"), {
    ...set,
    ...gitlab.variables,
    GITLAB_TOKEN: token,
    ...more,
  });
}

const grown = { lockOnBase: true, qps: 9, writeLock: true };
const marker = "<!-- gpufleet-diff acme-prod -->";

test("GitHub: a pull request that changes the fleet gets one comment, the summary and a preview", async () => {
  const there = await scene(grown);
  const { outcomes, failed } = await runGitHub(there);
  expect(outcomes, JSON.stringify(outcomes)).toMatchObject({ Comment: { code: 0 } });
  expect(failed).toBe(false);
  const [comment] = there.host.comments;
  expect(there.host.comments).toHaveLength(1);
  expect(comment?.body).toMatch(new RegExp(`^${marker}\n### acme-prod: the monthly cost rises by `));
  expect(comment?.body).toContain("chat.qps: 2 → 9");
  expect(there.place.read("summary.md").trim()).toBe(comment?.body);
  expect(JSON.parse(there.place.read("fleet-diff.json"))).toMatchObject({ kind: "changed", fleet: "acme-prod" });
  const { header, rows } = readCsv(there.place.read("fleet-forecast.csv"));
  expect(brokenFocusRules(header, rows)).toEqual([]);
  expect(new Set(rows.map((row) => row.BillingAccountId))).toEqual(new Set(["123456789012"]));
  expect(new Set(rows.map((row) => row.ChargePeriodStart)).size).toBe(12);
  expect(there.place.calls()).toEqual(["npm ci", "pulumi preview --stack prod --diff --non-interactive"]);
});

test("GitHub: the next push edits our comment, leaves everybody else's alone and takes doubles away", async () => {
  const others = Array.from({ length: 120 }, (_, id): FakeComment => ({ id, author: "ann", body: `${marker}\ncopied` }));
  const ours: FakeComment[] = [
    { id: 500, author: "bot", body: `${marker}\nold` },
    { id: 501, author: "bot", body: `${marker}\nolder` },
    { id: 502, author: "bot", body: "<!-- gpufleet-diff acme-dev -->\nanother fleet" },
  ];
  const there = await scene(grown, [...others, ...ours]);
  await runGitHub(there);
  expect(there.host.changes).toEqual(["DELETE /repos/acme/fleet/issues/comments/501", "PATCH /repos/acme/fleet/issues/comments/500"]);
  expect(there.host.comments.filter(({ body }) => body.includes("monthly cost rises"))).toMatchObject([{ id: 500 }]);
  there.host.changes.splice(0);
  await runGitHub(there, {}, false, /Comment/);
  expect(there.host.changes).toEqual([]);
});

test("GitHub: when the change is taken back so is the comment", async () => {
  const there = await scene({ lockOnBase: true, qps: 2, writeLock: true }, [{ id: 500, author: "bot", body: `${marker}\nold` }]);
  const { failed } = await runGitHub(there);
  expect(failed).toBe(false);
  expect(there.host.comments).toEqual([]);
});

test("GitHub: a first lock is a new fleet; a lock that does not answer its spec fails the job", async () => {
  const first = await scene({ ...grown, lockOnBase: false });
  expect((await runGitHub(first)).failed).toBe(false);
  expect(first.host.comments[0]?.body).toContain("### acme-prod: a new fleet for $");

  const stale = await scene({ ...grown, writeLock: false }, [{ id: 500, author: "bot", body: `${marker}\nold` }]);
  const { outcomes, failed } = await runGitHub(stale);
  expect(failed).toBe(true);
  expect(outcomes["The lock answers the spec"]?.code).not.toBe(0);
  expect(outcomes.Preview).toBeUndefined();
  expect(stale.host.comments).toEqual([]);
});

test("GitHub: an increase above the limit fails the job, says so in the comment and previews nothing", async () => {
  const there = await scene(grown);
  const { outcomes, failed } = await runGitHub(there, { MAX_INCREASE: "5%" });
  expect(failed).toBe(true);
  expect(outcomes["Compare with the base branch"]?.code).toBe(1);
  expect(there.host.comments[0]?.body).toMatch(/\*\*Needs action\*\*\n\n- .*more, and 5\.0 % more is allowed/);
  expect(there.place.calls()).toEqual(["npm ci"]);
});

test("what would be cheaper is in the comment, and with a growth how long the budget lasts", async () => {
  for (const [run, set] of [
    [runGitHub, { GROWTH_PERCENT: "3" }],
    [runGitLab, { GROWTH_PERCENT: "3" }],
  ] as const) {
    const there = await scene(grown);
    await run(there, set);
    expect(there.host.comments[0]?.body).toMatch(/\nAt \+3 % a month the twelfth month costs .*the budget lasts .*\n\nCheaper[^\n]*:/);
    expect(JSON.parse(there.place.read("fleet-diff.json"))).toMatchObject({ runway: { growthPercentPerMonth: 3 }, cheaper: {} });
  }
});

test("GitHub: a fork gets its summary, no comment and no secrets", async () => {
  const there = await scene(grown);
  const { outcomes, failed } = await runGitHub(there, {}, true);
  expect(failed).toBe(false);
  expect(Object.keys(outcomes)).toEqual(["Install", "The lock answers the spec", "Compare with the base branch", "Forecast"]);
  expect(there.host.changes).toEqual([]);
  expect(there.place.read("summary.md")).toContain("monthly cost rises");
});

test("GitHub: a token that may not comment fails the step with the answer of the API", async () => {
  const there = await scene(grown);
  await runGitHub(there, {}, false, /Compare/);
  const { outcomes } = await runGitHub(there, { GITHUB_TOKEN: "another" }, false, /Comment/);
  expect(outcomes.Comment).toMatchObject({ code: 1 });
  expect(outcomes.Comment?.output).toMatch(/^GET .*: 401 /);
});

test("GitHub: the workflow asks for no more rights than it uses", () => {
  expect(workflow.permissions).toEqual({ contents: "read", "pull-requests": "write" });
});

test("GitLab: a merge request gets one note, edited in place, the check and a preview", async () => {
  const there = await scene(grown, [{ id: 3, author: "ann", body: `${marker}\ncopied` }]);
  const first = await runGitLab(there);
  expect(first, first.output).toMatchObject({ code: 0 });
  expect(readCsv(there.place.read("fleet-forecast.csv")).rows.length).toBeGreaterThanOrEqual(12);
  expect(there.host.changes).toEqual(["POST /projects/42/merge_requests/7/notes"]);
  const note = there.host.comments[1];
  expect(note?.body).toMatch(new RegExp(`^${marker}\n### acme-prod: the monthly cost rises by `));
  if (note !== undefined) note.body = `${marker}\nold`;
  await runGitLab(there);
  expect(there.host.changes.slice(1)).toEqual([`PUT /projects/42/merge_requests/7/notes/${note?.id}`]);
  const calls = ["npm ci", "pulumi preview --stack prod --diff --non-interactive"];
  expect(there.place.calls()).toEqual([...calls, ...calls]);
});

test("GitLab: an increase above the limit fails the job after the note was written", async () => {
  const there = await scene(grown);
  const { code } = await runGitLab(there, { MAX_INCREASE: "1" });
  expect(code).toBe(1);
  expect(there.host.comments[0]?.body).toContain("**Needs action**");
  expect(there.place.calls()).toEqual(["npm ci"]);
});

test("GitLab: without a token the note is in the job's log", async () => {
  const there = await scene(grown);
  const { code, output } = await runGitLab(there, { GITLAB_TOKEN: "" });
  expect(code).toBe(0);
  expect(output).toContain("monthly cost rises");
  expect(there.host.changes).toEqual([]);
});

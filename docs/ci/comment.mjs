// Keeps one comment about a fleet on a pull request (GitHub) or merge request (GitLab): writes it once, then edits it in place.
//
//   node comment.mjs comment.md diff.json
//
// comment.md is what `gpufleet diff --format markdown` printed; when it is empty, a comment of an earlier run is taken away.
// diff.json is what `gpufleet diff --format json` printed, and says which fleet this is about.
// Needs Node 20 or newer and nothing else. What it reads from the environment stands at the functions below.
import { readFileSync } from "node:fs";
import { env, exit, argv as given, stdout } from "node:process";

const [, , commentFile, diffFile] = given;
if (commentFile === undefined || diffFile === undefined) {
  stdout.write("usage: node comment.mjs comment.md diff.json\n");
  exit(2);
}

const body = readFileSync(commentFile, "utf8").trim();
const { fleet } = JSON.parse(readFileSync(diffFile, "utf8"));
const marker = `<!-- gpufleet-diff ${fleet.replaceAll(/[^\w.-]/g, "-").slice(0, 100)} -->`;
if (body !== "" && !body.startsWith(marker)) {
  stdout.write(`${commentFile} does not start with ${marker}: it is not about the fleet of ${diffFile}\n`);
  exit(2);
}

const host = env.GITLAB_CI === "true" ? await gitlab() : github();
const [first, ...extra] = (await host.comments()).filter((comment) => comment.isOurs && comment.body.startsWith(marker));
for (const comment of body === "" && first !== undefined ? [first, ...extra] : extra) await host.remove(comment.id);
if (body === "") stdout.write(first === undefined ? "nothing to say\n" : "comment taken away: there is nothing to say any more\n");
else if (first === undefined) stdout.write(`comment written: ${await host.write(body)}\n`);
else if (first.body.trim() === body) stdout.write("comment is up to date\n");
else stdout.write(`comment edited: ${await host.edit(first.id, body)}\n`);

/** GITHUB_TOKEN (pull-requests: write), PULL_REQUEST (its number), and what Actions sets. Someone else's comment is never touched. */
function github() {
  const call = caller(env.GITHUB_API_URL ?? "https://api.github.com", {
    authorization: `Bearer ${needed("GITHUB_TOKEN")}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  const repository = `/repos/${needed("GITHUB_REPOSITORY")}/issues`;
  const thread = `${repository}/${needed("PULL_REQUEST")}/comments`;
  const author = env.COMMENT_AUTHOR ?? "github-actions[bot]";
  return {
    comments: async () =>
      (await pages(call, thread)).map(({ id, user, body: text }) => ({ id, body: text ?? "", isOurs: user?.login === author })),
    write: async (text) => (await call("POST", thread, { body: text })).html_url,
    edit: async (id, text) => (await call("PATCH", `${repository}/comments/${id}`, { body: text })).html_url,
    remove: (id) => call("DELETE", `${repository}/comments/${id}`),
  };
}

/** GITLAB_TOKEN (a project access token with scope api: the job's own token may not write notes), and what GitLab CI sets. */
async function gitlab() {
  const call = caller(needed("CI_API_V4_URL"), { "private-token": needed("GITLAB_TOKEN") });
  const project = `/projects/${encodeURIComponent(needed("CI_PROJECT_ID"))}`;
  const notes = `${project}/merge_requests/${needed("CI_MERGE_REQUEST_IID")}/notes`;
  const me = await call("GET", "/user");
  return {
    comments: async () => (await pages(call, notes)).map(({ id, author, body: text }) => ({ id, body: text, isOurs: author.id === me.id })),
    write: async (text) => `note ${(await call("POST", notes, { body: text })).id}`,
    edit: async (id, text) => `note ${(await call("PUT", `${notes}/${id}`, { body: text })).id}`,
    remove: (id) => call("DELETE", `${notes}/${id}`),
  };
}

async function pages(call, path) {
  const all = [];
  for (let page = 1; ; page += 1) {
    const some = await call("GET", `${path}?per_page=100&page=${page}`);
    all.push(...some);
    if (some.length < 100) return all;
  }
}

function caller(base, headers) {
  return async (method, path, content) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...headers, "user-agent": "gpufleet", ...(content === undefined ? {} : { "content-type": "application/json" }) },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    if (!response.ok) {
      stdout.write(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 200)}\n`);
      exit(1);
    }
    return response.status === 204 ? null : await response.json();
  };
}

function needed(name) {
  const value = env[name] ?? "";
  if (value !== "") return value;
  stdout.write(`${name} is not set\n`);
  return exit(2);
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { awsTags, gcpLabels, kubernetesLabels, type Ownership } from "../../components/tags.ts";
import { tagFindings } from "../../components/validity/names.ts";

const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,30}[A-Za-z0-9]$/);
const tags = fc.dictionary(key, fc.string({ maxLength: 100 }), { maxKeys: 8 }).filter((some) => tagFindings(some, "tags").length === 0);
const owner = (some: Record<string, string>): Ownership => ({
  fleet: "acme",
  pool: "p",
  workload: "w",
  costCenter: "Sales & Support",
  tags: some,
});

test("whatever tags pass validation are legal labels on GCP and on Kubernetes", () => {
  fc.assert(
    fc.property(tags, (some) => {
      for (const [name, value] of Object.entries(gcpLabels(owner(some)))) {
        expect(name).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
        expect(value).toMatch(/^[a-z0-9_-]{0,63}$/);
      }
      for (const value of Object.values(kubernetesLabels(owner(some))))
        expect(value).toMatch(/^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/);
    }),
  );
});

test("no tag is lost on any platform", () => {
  fc.assert(
    fc.property(tags, (some) => {
      const expected = Object.keys(some).length + 4;
      for (const labels of [awsTags, gcpLabels, kubernetesLabels]) expect(Object.keys(labels(owner(some)))).toHaveLength(expected);
    }),
  );
});

test("a user's tag cannot pass for one of ours", () => {
  expect(awsTags(owner({ "gpu-fleet-planner/fleet": "other" }))["gpu-fleet-planner/fleet"]).toBe("acme");
});

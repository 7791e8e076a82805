/** The import law of docs/architecture.md, checked by `npm run lint`; tests/architecture holds the same law as a test. */
const layers = ["spec", "layouts", "memory", "performance", "measurements", "candidates", "packing", "cost", "plan"];

/** Nouns that the spec resolves against: the precisions there are, the one a model is published in, the engine releases the catalog knows and the adapters and drafts that they serve with. */
const nouns = "^planner/layouts/(precision|native-precision|release|adapters|drafts)";

/** Inside planner/ a folder may use those before it in the way of the data, never those after it. Types are free. */
const oneWay = layers.slice(0, -1).map((layer, index) => ({
  name: `planner-${layer}-looks-back-only`,
  severity: "error",
  from: { path: `^planner/${layer}/` },
  to: { path: `^planner/(${layers.slice(index + 1).join("|")})/`, pathNot: nouns, dependencyTypesNot: ["type-only"] },
}));

module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: "planner-is-pure",
      comment: "No I/O, no clock, no environment, no Pulumi: the core is a function of its named inputs.",
      severity: "error",
      from: { path: "^planner/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "planner-knows-no-shell",
      severity: "error",
      from: { path: "^planner/" },
      to: { path: "^(components|cli|reports|tools|bench|policy|catalog/load|index\\.ts|node_modules/@pulumi)" },
    },
    {
      name: "catalog-knows-no-planner",
      comment: "The catalog is data, its schemas and one loader. Findings are the one noun it shares.",
      severity: "error",
      from: { path: "^catalog/" },
      to: { path: "^(planner/(?!finding|units|layouts/precision)|components|cli|reports)" },
    },
    {
      name: "reports-are-pure",
      severity: "error",
      from: { path: "^reports/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "reports-read-the-plan-only",
      severity: "error",
      from: { path: "^reports/" },
      to: { path: "^(components|cli|node_modules/@pulumi)" },
    },
    {
      name: "components-do-not-plan",
      comment: "Components turn a finished plan into resources; they never call the planner.",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(cli|planner/(candidates|packing|performance|memory|index))", dependencyTypesNot: ["type-only"] },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "no-orphans", severity: "error", from: { orphan: true, path: "^(planner|components|cli|reports|catalog)/.*\\.ts$" }, to: {} },
    {
      name: "not-to-dev-dep",
      severity: "error",
      from: { path: "^(planner|catalog|components|cli|reports|index\\.ts)" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};

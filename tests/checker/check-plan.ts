import type { FleetPlan } from "../../planner/plan/fleet-plan.ts";
import type { FleetSpec } from "../../planner/spec/fleet-spec.ts";
import type { RawCatalog } from "./raw-catalog.ts";
import { costsAreSharedOut } from "./rules/allocation.ts";
import { demandIsServed } from "./rules/demand.ts";
import { reasonsAreSaid } from "./rules/deployable.ts";
import { answersTheSpec } from "./rules/echo.ts";
import { formIsSound } from "./rules/form.ts";
import { hoursAreServed } from "./rules/hours.ts";
import { latenciesHold } from "./rules/latency.ts";
import { layoutIsOne } from "./rules/layout.ts";
import { limitsHold } from "./rules/limits.ts";
import { memoryFits } from "./rules/memory.ts";
import { moneyAddsUp } from "./rules/money.ts";
import { namesAreSound } from "./rules/names.ts";
import { nodesHoldTheirReplicas } from "./rules/nodes.ts";
import { paidNodesAreAllThere } from "./rules/paid.ts";
import { siliconCanDoIt } from "./rules/physics.ts";
import { poolsAreTheCatalogs } from "./rules/pools.ts";
import { pricesAreTheCatalogs } from "./rules/prices.ts";
import { referencesResolve } from "./rules/references.ts";
import { spotShareHolds } from "./rules/spot.ts";
import { spotSurvives } from "./rules/spot-survival.ts";
import { lossesAreSurvived } from "./rules/survival.ts";
import { unitCostsAgree } from "./rules/unit-costs.ts";
import { wishesAreGranted } from "./rules/wishes.ts";
import { zonesAreBound } from "./rules/zones.ts";
import type { Rule } from "./subject.ts";

const rules: readonly Rule[] = [
  formIsSound,
  answersTheSpec,
  demandIsServed,
  lossesAreSurvived,
  spotShareHolds,
  spotSurvives,
  layoutIsOne,
  reasonsAreSaid,
  namesAreSound,
  referencesResolve,
  poolsAreTheCatalogs,
  zonesAreBound,
  nodesHoldTheirReplicas,
  hoursAreServed,
  limitsHold,
  wishesAreGranted,
  memoryFits,
  latenciesHold,
  siliconCanDoIt,
  pricesAreTheCatalogs,
  paidNodesAreAllThere,
  moneyAddsUp,
  costsAreSharedOut,
  unitCostsAgree,
];

/**
 * Holds a finished plan against the spec it answers and the catalog's raw rows. Written from the documentation (docs/spec.md,
 * docs/architecture.md) and not from the planner, of which it uses nothing but types: a mistake would have to be made twice.
 * @returns what is wrong with the plan, one sentence each; empty when nothing is.
 */
export const checkPlan = (spec: FleetSpec, plan: FleetPlan, catalog: RawCatalog): string[] =>
  rules.flatMap((rule) => rule({ spec, plan, catalog }));

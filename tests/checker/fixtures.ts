import { loadCatalog } from "../../catalog/load.ts";
import { type FleetPlan, type FleetSpec, planFleet } from "../../planner/index.ts";
import { readSpec } from "../../planner/spec/read-spec.ts";
import { racks } from "../fleets/racks.ts";

/** Two clouds and a rack, every market, every kind of loss, nodes that are shared, quotas, a budget, a node without GPUs and a workload without demand. */
const specText = `
fleet: checked
clouds:
  aws: { regions: [us-east-1] }
  gcp: { regions: [us-central1] }
  static: { regions: [${racks.site}] }
clusters: [{ name: east, cloud: aws, region: us-east-1 }, { name: central, cloud: gcp, region: us-central1 }]
gpus: { deny: [t4] }
unavailable: [{ instances: p4d, region: us-east-1 }, { instances: g6e, zones: [a] }]
quotas: [{ cloud: aws, region: us-east-1, family: p5, market: on-demand, gpus: 64 }, { cloud: aws, region: us-east-1, family: standard, market: on-demand, vcpus: 64 }]
budget: { usdPerMonth: 900000 }
tags: { owner: ml-platform }
workloads:
  - name: chat
    model: Llama-3.1-8B-Instruct
    precision: fp8
    qps: 30
    averageContext: 2300
    availability: { survive: zone, degradedShare: 0.6 }
    spot: { maxShare: 0.5 }
    costCenter: support
  - name: code
    model: Qwen/Qwen2.5-Coder-32B-Instruct
    precision: [bf16, fp8]
    qps: 6
    averageContext: 3300
    dedicatedNodes: true
    slo: { ttftP95Ms: 1500, tpotP95Ms: 50 }
    availability: { survive: node, degradedShare: 0.8 }
    clusters: [east]
  - name: digest
    model: meta-llama/Llama-3.3-70B-Instruct
    precision: fp8
    qps: 2
    averageContext: 4000
    residency: [us-east-1]
    spot: { maxShare: 1 }
    clusters: [east]
  - name: rag
    model: Qwen3-8B
    precision: bf16
    traffic: { hourlyRequestsPerSecond: [0, 0, 0, 0, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 3, 3, 3, 2.5, 2, 2, 1.5, 1, 1, 0.5, 0.2, 0.1, 0] }
    averageContext: 1000
    availability: { survive: replica, degradedShare: 1 }
    clusters: [central]
  - name: onsite
    model: Qwen3-8B
    precision: bf16
    qps: 3
    averageContext: 1000
    clusters: [static-${racks.site}]
  - { name: tool, model: Qwen3-8B, precision: bf16, averageContext: 1000, maxReplicasPerNode: 1, hostPerReplica: { vcpus: 10, memoryGiB: 40 }, callsFrom: [{ workload: rag, perRequest: 2 }, { workload: code, perRequest: 0.5 }], clusters: [central] }
  - { name: nightly, model: Qwen3-8B, precision: bf16, averageContext: 4000, batch: { requestsPerDay: 500000, finishWithinHours: 6 } }
  - { name: find, model: BAAI/bge-small-en-v1.5, precision: auto, qps: 3, averageContext: 64, devices: [cpu], clusters: [east] }
  - { name: quiet, model: Qwen3-8B, precision: auto, qps: 0, averageContext: 1000 }
`;

/** A plan that the planner made for a spec that asks for most of what can be asked for. */
export async function goodPlan(): Promise<{ spec: FleetSpec; plan: FleetPlan }> {
  const { catalog } = loadCatalog({ overridesText: racks.overridesText, overridesFile: "racks.yaml" });
  const { spec, findings, assumptions } = readSpec(specText, { file: "checked.fleet.yaml", catalog });
  if (spec === null) throw new Error(JSON.stringify(findings));
  return { spec, plan: await planFleet(spec, catalog, {}, { assumptions, plannerVersion: "test" }) };
}

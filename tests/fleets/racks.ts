/**
 * Racks for specs that name a site, one of them with a number of GPUs that replicas of two do not fill and one that is paid for anyway, and a
 * reservation that is, in the format of docs/catalog.md.
 */
const site = "cellar-1";

export const racks = {
  site,
  overridesText: `asOf: 2026-11-01
source: facility accounting
instanceTypes:
  - { id: rack-8xl40s, cloud: static, gpu: l40s, gpuCount: 8, vcpus: 96, memoryGiB: 768 }
  - { id: rack-2xh100, cloud: static, gpu: h100-sxm-80gb, gpuCount: 2, vcpus: 64, memoryGiB: 512 }
  - { id: rack-3xl40s, cloud: static, gpu: l40s, gpuCount: 3, vcpus: 48, memoryGiB: 384 }
  - { id: rack-1xt4, cloud: static, gpu: t4, gpuCount: 1, vcpus: 4, memoryGiB: 12 }
prices:
  - { instance: rack-8xl40s, region: ${site}, market: static, usdPerHour: 4.1, nodes: 3 }
  - { instance: rack-2xh100, region: ${site}, market: static, usdPerHour: 2.75, nodes: 2, paid: true }
  - { instance: rack-3xl40s, region: ${site}, market: static, usdPerHour: 1.2, nodes: 5 }
  - { instance: rack-1xt4, region: ${site}, market: static, usdPerHour: 0.1, nodes: 6 }
  - { instance: g6.xlarge, region: us-east-1, market: reserved, usdPerHour: 0.4, nodes: 3, paid: true }
`,
} as const;

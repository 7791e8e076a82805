/**
 * Families whose vCPUs AWS grants together: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", and the same for spot
 * (docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html, read 2026-11).
 */
export const awsStandardFamilies = { name: "standard", pattern: /^[acdhimrtz]\d/ } as const;

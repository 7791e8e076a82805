/**
 * The family that quotas are granted for: the instance id up to its size.
 * `p5.48xlarge` -> `p5`, `a3-highgpu-8g` -> `a3-highgpu`, `n1-standard-8+1xT4` -> `n1-standard`.
 */
export function instanceFamily(instanceId: string): string {
  const withoutAccelerators = instanceId.split("+")[0] ?? instanceId;
  const dot = withoutAccelerators.indexOf(".");
  return dot >= 0 ? withoutAccelerators.slice(0, dot) : withoutAccelerators.replace(/-[^-]*$/, "");
}

/** Parameters, rows and how they meet: what a maximum a posteriori fit needs to know. */
export interface Problem {
  readonly priors: readonly number[];
  readonly deviations: readonly number[];
  /** Standardised residuals (0 = exact) of all data at these parameters. */
  readonly residuals: (parameters: readonly number[]) => Float64Array;
  /** The same when parameter `index` alone has moved from a point whose residuals are `base`: only what it touches is computed. */
  readonly residualsMoved: (parameters: readonly number[], index: number, base: Float64Array) => Float64Array;
  readonly weights: Float64Array;
}

const finiteStep = 1e-3;

/**
 * Levenberg-Marquardt on a sum of pseudo-Huber losses (knee at one standard deviation) and Gaussian priors, by iterative reweighting.
 * Deterministic; the Jacobian is taken by forward differences.
 */
export function mapEstimate(problem: Problem, start: readonly number[], iterations: number): number[] {
  let parameters = [...start];
  let residuals = problem.residuals(parameters);
  let cost = costOf(problem, parameters, residuals);
  let damping = 1e-2;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { matrix, gradient } = normalEquations(problem, parameters, residuals);
    let improved = false;
    for (let attempt = 0; attempt < 6 && !improved; attempt++) {
      const step = solve(matrix, gradient, damping);
      const candidate = parameters.map((value, index) => value - (step[index] ?? 0));
      const candidateResiduals = problem.residuals(candidate);
      const candidateCost = costOf(problem, candidate, candidateResiduals);
      improved = candidateCost < cost;
      if (!improved) {
        damping *= 6;
        continue;
      }
      const gain = (cost - candidateCost) / cost;
      parameters = candidate;
      residuals = candidateResiduals;
      cost = candidateCost;
      damping = Math.max(1e-6, damping / 5);
      if (gain < 1e-4) return parameters;
    }
    if (!improved) break;
  }
  return parameters;
}

function costOf(problem: Problem, parameters: readonly number[], residuals: Float64Array): number {
  let cost = 0;
  for (let row = 0; row < residuals.length; row++) {
    const residual = residuals[row] ?? 0;
    cost += (problem.weights[row] ?? 0) * (Math.sqrt(1 + residual * residual) - 1);
  }
  parameters.forEach((value, index) => {
    cost += ((value - (problem.priors[index] ?? 0)) / (problem.deviations[index] ?? 1)) ** 2 / 2;
  });
  return cost;
}

function normalEquations(
  problem: Problem,
  parameters: readonly number[],
  residuals: Float64Array,
): { matrix: Float64Array[]; gradient: Float64Array } {
  const size = parameters.length;
  const columns: Float64Array[] = [];
  for (let index = 0; index < size; index++) {
    const moved = [...parameters];
    moved[index] = (moved[index] ?? 0) + finiteStep;
    const column = problem.residualsMoved(moved, index, residuals);
    for (let row = 0; row < column.length; row++) column[row] = ((column[row] ?? 0) - (residuals[row] ?? 0)) / finiteStep;
    columns.push(column);
  }
  const robust = residuals.map((residual, row) => (problem.weights[row] ?? 0) / Math.sqrt(1 + residual * residual));
  const matrix = columns.map(() => new Float64Array(size));
  const gradient = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    const weighted = (columns[a] ?? new Float64Array()).map((value, row) => value * (robust[row] ?? 0));
    gradient[a] = dot(weighted, residuals) + ((parameters[a] ?? 0) - (problem.priors[a] ?? 0)) / (problem.deviations[a] ?? 1) ** 2;
    for (let b = a; b < size; b++) {
      const value = dot(weighted, columns[b] ?? weighted) + (a === b ? 1 / (problem.deviations[a] ?? 1) ** 2 : 0);
      (matrix[a] ?? gradient)[b] = value;
      (matrix[b] ?? gradient)[a] = value;
    }
  }
  return { matrix, gradient };
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/** (matrix + damping x its diagonal) x = right side, by Cholesky; the priors keep it positive definite. */
function solve(matrix: readonly Float64Array[], right: Float64Array, damping: number): Float64Array {
  const lower = cholesky(matrix, damping);
  const at = (row: number, column: number): number => lower[row]?.[column] ?? 0;
  const solution = Float64Array.from(right);
  for (let row = 0; row < solution.length; row++) {
    let sum = solution[row] ?? 0;
    for (let inner = 0; inner < row; inner++) sum -= at(row, inner) * (solution[inner] ?? 0);
    solution[row] = sum / at(row, row);
  }
  for (let row = solution.length - 1; row >= 0; row--) {
    let sum = solution[row] ?? 0;
    for (let inner = row + 1; inner < solution.length; inner++) sum -= at(inner, row) * (solution[inner] ?? 0);
    solution[row] = sum / at(row, row);
  }
  return solution;
}

function cholesky(matrix: readonly Float64Array[], damping: number): Float64Array[] {
  const lower = matrix.map((row) => Float64Array.from(row));
  lower.forEach((target, row) => {
    for (let column = 0; column <= row; column++) {
      const other = lower[column] ?? target;
      let sum = (target[column] ?? 0) * (row === column ? 1 + damping : 1);
      for (let inner = 0; inner < column; inner++) sum -= (target[inner] ?? 0) * (other[inner] ?? 0);
      target[column] = row === column ? Math.sqrt(sum) : sum / (other[column] ?? 1);
    }
  });
  return lower;
}

/** Integer millionths of a US dollar per hour: the only form in which money is added up or compared. */
export type MicroUsdPerHour = number;

/** Integer millionths of a request per second: the form in which demand and capacity enter packing. */
export type MicroRequestsPerSecond = number;

/** A month, everywhere in the project: 365 days x 24 h / 12. */
export const hoursPerMonth = 730;

export const gibibyte = 2 ** 30;
export const mebibyte = 2 ** 20;

const micro = 1_000_000;

export const toMicro = (value: number): number => Math.round(value * micro);
/** A capacity is rounded down and a demand up, so that quantising never promises more than was predicted. */
export const toMicroDown = (value: number): number => Math.floor(value * micro);
export const toMicroUp = (value: number): number => Math.ceil(value * micro - 1e-6);
export const fromMicro = (value: number): number => value / micro;
/** Six decimals: what a reader of money or of a share can use, and what a diff should show. */
export const roundToMicro = (value: number): number => fromMicro(toMicro(value));

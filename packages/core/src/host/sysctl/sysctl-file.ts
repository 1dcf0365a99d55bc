/**
 * What one file below /proc/sys holds and takes (`struct ctl_table`): its default, its bounds, and how the kernel
 * reads numbers from it (`proc_dointvec` and its relatives).
 */

/**
 * How values are kept: plain integers; times that pass through jiffies (HZ = 250) and come back rounded; a word.
 * Milliseconds round up to 4 ms, hundredths of a second (USER_HZ) round down to them.
 */
export type SysctlKind = "integers" | "milliseconds" | "centiseconds" | "text";

export interface SysctlFile {
  /** As /proc shows it, without a newline; several numbers are joined by tabs. */
  readonly default: string;
  readonly kind: SysctlKind;
  /** How many numbers it holds; fewer may be written and leave the rest as it is. */
  readonly count: number;
  /** Bounds of each number, both inclusive. */
  readonly min: number;
  readonly max: number;
  readonly access: "read-write" | "read-only" | "write-only";
}

export const INT_MAX = 0x7fffffff;
const INT_MIN = -0x80000000;
const SECONDS_MAX = Math.floor(INT_MAX / 250);

const file = (value: string, count: number, min: number, max: number): SysctlFile => ({
  default: value,
  kind: "integers",
  count,
  min,
  max,
  access: "read-write",
});

/** `proc_dointvec`, `proc_dointvec_minmax`. */
export const int = (value: number, min = INT_MIN, max = INT_MAX): SysctlFile =>
  file(String(value), 1, min, max);
/** `proc_dou8vec_minmax`: 0 to 255 when nothing else is said. */
export const octet = (value: number, min = 0, max = 255): SysctlFile =>
  file(String(value), 1, min, max);
/** `proc_douintvec`. */
export const unsigned = (value: number): SysctlFile => file(String(value), 1, 0, 0xffffffff);
/** Several numbers in one file. */
export const ints = (values: readonly number[], min: number, max = INT_MAX): SysctlFile =>
  file(values.join("\t"), values.length, min, max);
/** `proc_dointvec_jiffies`: seconds that fit into an int as jiffies. */
export const seconds = (value: number): SysctlFile =>
  file(String(value), 1, -SECONDS_MAX, SECONDS_MAX);
/** `proc_dointvec_ms_jiffies`. */
export const milliseconds = (value: number): SysctlFile => ({
  ...file(String(value), 1, INT_MIN, INT_MAX),
  kind: "milliseconds",
});
export const text = (value: string): SysctlFile => ({ ...file(value, 1, 0, 0), kind: "text" });
export const readOnly = (value: string): SysctlFile => ({ ...text(value), access: "read-only" });
export const writeOnly = (): SysctlFile => ({
  ...file("", 1, INT_MIN, INT_MAX),
  access: "write-only",
});

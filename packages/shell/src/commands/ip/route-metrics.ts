/** Metrics of a route (RTAX_*) as `ip route` reads and prints them. Left out: congctl, realms. */
import { MTU_METRIC, type RouteConfig, type RouteMetric } from "@lvsim/core";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned } from "./arguments.ts";

interface Metric {
  readonly id: number;
  readonly name: string;
  /** Whether the word must be whole. */
  readonly whole: boolean;
  /** What a complaint calls it. */
  readonly called: string;
  /** The kernel cuts greater values. */
  readonly max: number;
  /** How many units of the kernel make a millisecond; 0 for what is no time. */
  readonly perMillisecond: number;
}

const metric = (id: number, name: string, more: Partial<Metric> = {}): Metric => ({
  ...{ id, name, whole: false, called: name, max: 0xffffffff, perMillisecond: 0 },
  ...more,
});

/** In the order of their numbers, in which they are printed. */
const METRICS: readonly Metric[] = [
  metric(MTU_METRIC, "mtu", { whole: true, max: 65_535 - 15 }),
  metric(3, "window"),
  metric(4, "rtt", { whole: true, perMillisecond: 8 }),
  metric(5, "rttvar", { perMillisecond: 4 }),
  metric(6, "ssthresh"),
  metric(7, "cwnd"),
  metric(8, "advmss", { whole: true, called: "mss", max: 65_535 - 40 }),
  metric(9, "reordering"),
  metric(10, "hoplimit", { whole: true, max: 255 }),
  metric(11, "initcwnd"),
  metric(12, "features"),
  metric(13, "rto_min", { whole: true, perMillisecond: 1 }),
  metric(14, "initrwnd"),
  metric(15, "quickack"),
  metric(17, "fastopen_no_cookie"),
];

const RTO_MIN = 13;
const FEATURES = 12;
const SWITCHES: readonly number[] = [15, 17];

/** What was said of metrics so far. */
export interface TypedMetrics {
  mtu: number | null;
  others: RouteMetric[];
  locked: number;
}

export const noMetrics = (): TypedMetrics => ({ mtu: null, others: [], locked: 0 });

/** Takes a metric whose name was just read; false when the word is none. */
export function takeMetric(word: string, words: Words, typed: TypedMetrics): boolean {
  const found = METRICS.find(({ name, whole }) => (whole ? word === name : isPrefix(word, name)));
  if (found === undefined) return false;
  const { id } = found;
  if (words.here === "lock") {
    words.take();
    typed.locked |= 1 << id;
  }
  if (id === RTO_MIN) typed.locked |= 1 << id;
  const value = Math.min(readValue(found, words.value()), found.max);
  if (id === MTU_METRIC) typed.mtu = value;
  else typed.others = [...typed.others.filter((one) => one.id !== id), { id, value }];
  return true;
}

function readValue({ id, called, name, perMillisecond }: Metric, word: string): number {
  const wrong = (text: string) => invalidArgument(text, word);
  if (id === FEATURES) {
    if (word === "ecn") return 1;
    throw wrong('"features" value not valid\n');
  }
  const value = perMillisecond === 0 ? parseUnsigned(word) : timeOf(word, perMillisecond);
  if (value === undefined) throw wrong(`"${called}" value is invalid\n`);
  if (SWITCHES.includes(id) && value > 1) throw wrong(`"${name}" value should be 0 or 1\n`);
  return value;
}

/** `20ms`, `1.5s`, or a bare number in the kernel's own unit. */
function timeOf(word: string, perMillisecond: number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(s|sec|secs|ms|msec|msecs)?$/.exec(word);
  if (match === null) return undefined;
  const value = Number(match[1]);
  if (match[2] === undefined) return Math.floor(value);
  return Math.floor(value * (match[2].startsWith("s") ? 1000 : 1) * perMillisecond);
}

/** A metric as it is printed. */
export interface ShownMetric {
  readonly name: string;
  readonly isLocked: boolean;
  readonly value: number | string;
  readonly text: string;
}

/** The metrics of a route in the order of their numbers. */
export function metricsOf({ lockedMetrics = 0, metrics = [], mtu }: RouteConfig): ShownMetric[] {
  const all = mtu === 0 ? metrics : [{ id: MTU_METRIC, value: mtu }, ...metrics];
  return METRICS.flatMap((found) => {
    const one = all.find(({ id }) => id === found.id);
    if (one === undefined) return [];
    const text = valueText(found, one.value);
    const value = found.perMillisecond === 0 && found.id !== FEATURES ? one.value : text;
    return [{ name: found.name, isLocked: (lockedMetrics & (1 << found.id)) !== 0, value, text }];
  });
}

function valueText({ id, perMillisecond }: Metric, value: number): string {
  if (id === FEATURES) return value === 1 ? "ecn" : `0x${value.toString(16)}`;
  if (perMillisecond === 0) return String(value);
  const milliseconds = Math.floor(value / perMillisecond);
  return milliseconds >= 1000 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

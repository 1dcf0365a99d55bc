/** Amounts as people write them in lab files: `100us`, `1.5s`, `1gbit`. */
import { type Duration, nanoseconds, SIMULATED_TIME_NS_MAX } from "@lvsim/core";
import { z } from "zod";

const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
const DURATION = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m)$/;

const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const RATE = /^(\d+(?:\.\d+)?)(bit|kbit|mbit|gbit)$/;

/** More than any network carries. */
const RATE_MAX = 1e12;

const amount = (text: string, form: RegExp, units: Readonly<Record<string, number>>): number => {
  const [, count = "0", unit = ""] = form.exec(text) ?? [];
  return Number(count) * (units[unit] ?? 0);
};

/** A span of time with its unit. */
export const durationSchema: z.ZodType<Duration, string> = z
  .string()
  .regex(DURATION, "a time needs a number and a unit, as 100us, 20ms or 1.5s")
  .refine(
    (text) => amount(text, DURATION, NANOSECONDS) <= SIMULATED_TIME_NS_MAX,
    "a run ends after 40 days",
  )
  .transform((text) => nanoseconds(amount(text, DURATION, NANOSECONDS)));

/** The same of a text by itself; undefined where it is none. */
export const parseDuration = (text: string): Duration | undefined =>
  durationSchema.safeParse(text).data;

/** A bit rate with its unit, as bits per second. */
export const rateSchema: z.ZodType<number, string> = z
  .string()
  .regex(RATE, "a rate needs a number and a unit, as 100mbit or 1gbit")
  .refine((text) => amount(text, RATE, BITS) >= 1, "a rate is at least 1bit; leave it out for none")
  .refine((text) => amount(text, RATE, BITS) <= RATE_MAX, "a rate is at most 1000gbit")
  .transform((text) => Math.round(amount(text, RATE, BITS)));

/** A probability from 0 to 1. */
export const probabilitySchema: z.ZodNumber = z
  .number()
  .min(0)
  .max(1, "a probability is 0 to 1; for percent divide by 100");

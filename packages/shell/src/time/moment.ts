/**
 * Moments of the machine's clock, in nanoseconds since 1970 UTC, as people write them and as strftime(3) shows them. The
 * time zone is UTC. Only the C locale's names.
 */
import type { Instant } from "@lvsim/core";
import { EPOCH_SECONDS } from "../kernel/kernel.ts";

const NS = 1_000_000_000;
const DAY = 86_400;

/** A moment in parts of the Gregorian calendar. */
export interface Calendar {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly dayOfYear: number;
}

/** Days from 1970-01-01 to a date (proleptic Gregorian). */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function calendarOf(seconds: number): Calendar {
  const days = Math.floor(seconds / DAY);
  const rest = seconds - days * DAY;
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysOf(year + 1, 1, 1) <= days) year++;
  while (daysOf(year, 1, 1) > days) year--;
  let month = 12;
  while (daysOf(year, month, 1) > days) month--;
  return {
    year,
    month,
    day: days - daysOf(year, month, 1) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    dayOfYear: days - daysOf(year, 1, 1) + 1,
  };
}

/** The moment that a machine's clock shows. Beyond 2^53 the last digits are lost, so seconds and rest are apart. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export const momentOf = (now: Instant): Moment => ({
  seconds: EPOCH_SECONDS + Math.floor(now / NS),
  nanoseconds: now % NS,
});

export const instantOf = ({ seconds, nanoseconds }: Moment): Instant =>
  ((seconds - EPOCH_SECONDS) * NS + nanoseconds) as Instant;

const UNITS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: DAY,
  week: 7 * DAY,
  fortnight: 14 * DAY,
};

/** The moment of a text as `date -d` takes it; undefined when it is none. `now` is what relative texts count from. */
export function parseMoment(text: string, now: Instant): Moment | undefined {
  let { seconds, nanoseconds } = momentOf(now);
  const absolute = /^\s*@(-?\d+)(?:\.(\d+))?\s*$/.exec(text);
  if (absolute !== null)
    return { seconds: Number(absolute[1]), nanoseconds: fraction(absolute[2]) };
  let rest = ` ${text.trim()} `.replace(/\s+/g, " ");
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.replace(match[0], " ");
    return match;
  };
  const date = take(/ (\d{4})-(\d{1,2})-(\d{1,2})(?=[ T])/);
  const time = take(/[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?=[ Z])/);
  if (date !== null || time !== null) {
    const { year, month, day } = calendarOf(seconds);
    const on = date === null ? [year, month, day] : date.slice(1).map(Number);
    const [y = 0, m = 0, d = 0] = on;
    const [hour, minute, second] = [
      Number(time?.[1] ?? 0),
      Number(time?.[2] ?? 0),
      Number(time?.[3] ?? 0),
    ];
    if (m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || hour > 23 || minute > 59 || second > 60)
      return undefined;
    seconds = daysOf(y, m, d) * DAY + hour * 3600 + minute * 60 + second;
    nanoseconds = fraction(time?.[4]);
  }
  if (take(/ (today|now) /) === null && / midnight /.test(rest)) {
    take(/ midnight /);
    seconds -= seconds % DAY;
    nanoseconds = 0;
  }
  if (take(/ tomorrow /) !== null) seconds += DAY;
  if (take(/ yesterday /) !== null) seconds -= DAY;
  take(/ ?(UTC|GMT|Z) /);
  for (;;) {
    const part = take(/ ([-+]?) ?(\d+|next|last)? ?([a-z]+?)s?( ago)? /i);
    if (part === null) break;
    const unit = UNITS[(part[3] as string).toLowerCase()];
    if (unit === undefined) return undefined;
    const word = part[2] ?? "1";
    const count = word === "next" ? 1 : word === "last" ? -1 : Number(word);
    const sign = (part[1] === "-" ? -1 : 1) * (part[4] === undefined ? 1 : -1);
    seconds += sign * count * unit;
  }
  return rest.trim() === "" ? { seconds, nanoseconds } : undefined;
}

const daysIn = (year: number, month: number): number =>
  daysOf(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - daysOf(year, month, 1);

const fraction = (digits: string | undefined): number =>
  Number((digits ?? "").slice(0, 9).padEnd(9, "0"));

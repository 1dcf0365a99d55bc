/** strftime(3) with GNU date's extensions (`%N`, `%3N`, `%:z`, the flags `_`, `-`, `0`, `^`, `#`), in UTC and the C locale. */
import { type Calendar, calendarOf, daysOf, type Moment } from "./moment.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const shortMonth = (month: number): string => (MONTHS[month - 1] as string).slice(0, 3);
const shortDay = (weekday: number): string => (DAYS[weekday] as string).slice(0, 3);

/** Formats that stand for others. */
const COMPOSED: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  h: "%b",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

/** What a letter shows: a number with its width and filling, or a word. */
type Field = readonly [value: number, width: number, fill: "0" | " "] | string;

function fieldOf(letter: string, { seconds }: Moment, at: Calendar): Field | undefined {
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12;
  switch (letter) {
    case "Y":
      return [at.year, 1, "0"];
    case "C":
      return [Math.floor(at.year / 100), 2, "0"];
    case "y":
      return [at.year % 100, 2, "0"];
    case "m":
      return [at.month, 2, "0"];
    case "d":
      return [at.day, 2, "0"];
    case "e":
      return [at.day, 2, " "];
    case "j":
      return [at.dayOfYear, 3, "0"];
    case "q":
      return [Math.ceil(at.month / 3), 1, "0"];
    case "H":
      return [at.hour, 2, "0"];
    case "k":
      return [at.hour, 2, " "];
    case "I":
      return [hour12, 2, "0"];
    case "l":
      return [hour12, 2, " "];
    case "M":
      return [at.minute, 2, "0"];
    case "S":
      return [at.second, 2, "0"];
    case "s":
      return [seconds, 1, "0"];
    case "u":
      return [at.weekday === 0 ? 7 : at.weekday, 1, "0"];
    case "w":
      return [at.weekday, 1, "0"];
    case "U":
      return [Math.floor((at.dayOfYear + 6 - at.weekday) / 7), 2, "0"];
    case "W":
      return [Math.floor((at.dayOfYear + 6 - ((at.weekday + 6) % 7)) / 7), 2, "0"];
    case "V":
      return [isoWeek(at).week, 2, "0"];
    case "G":
      return [isoWeek(at).year, 1, "0"];
    case "g":
      return [isoWeek(at).year % 100, 2, "0"];
    default:
      return wordOf(letter, at);
  }
}

function wordOf(letter: string, at: Calendar): string | undefined {
  switch (letter) {
    case "A":
      return DAYS[at.weekday];
    case "a":
      return shortDay(at.weekday);
    case "B":
      return MONTHS[at.month - 1];
    case "b":
      return shortMonth(at.month);
    case "p":
      return at.hour < 12 ? "AM" : "PM";
    case "P":
      return at.hour < 12 ? "am" : "pm";
    case "z":
      return "+0000";
    case "Z":
      return "UTC";
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "%":
      return "%";
    default:
      return undefined;
  }
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek({ year, month, day, weekday }: Calendar): { week: number; year: number } {
  const thursday = daysOf(year, month, day) + 4 - (weekday === 0 ? 7 : weekday);
  const of = calendarOf(thursday * 86_400);
  return { week: Math.floor((of.dayOfYear - 1) / 7) + 1, year: of.year };
}

/** `format` with its `%` sequences filled in; unknown ones stay as they are. */
export function strftime(format: string, moment: Moment): string {
  const at = calendarOf(moment.seconds);
  return format.replace(
    /%([_0^#+-]*)(\d*)(:{0,3})([A-Za-z%])/g,
    (whole, flags: string, width: string, colons: string, letter: string) => {
      if (letter === "N") return nanoseconds(moment, flags, width);
      if (letter === "z" && colons !== "") return colons === "::" ? "+00:00:00" : "+00:00";
      const composed = COMPOSED[letter];
      const field =
        composed === undefined ? fieldOf(letter, moment, at) : strftime(composed, moment);
      return field === undefined ? whole : shown(field, flags, Number(width || 0));
    },
  );
}

function shown(field: Field, flags: string, width: number): string {
  if (typeof field === "string") {
    const text = flags.includes("^") ? field.toUpperCase() : field;
    return text.padStart(width, flags.includes("0") ? "0" : " ");
  }
  const [value, ownWidth, ownFill] = field;
  if (flags.includes("-")) return String(value);
  const fill = flags.includes("_") ? " " : flags.includes("0") ? "0" : ownFill;
  return String(value).padStart(Math.max(width, ownWidth), fill);
}

/** `%N` is nine digits, `%3N` the first three, `%-N` without noughts at the end. */
function nanoseconds({ nanoseconds: value }: Moment, flags: string, width: string): string {
  const digits = String(value).padStart(9, "0");
  if (flags.includes("-") && width === "") return digits.replace(/0+$/, "") || "0";
  return width === "" ? digits : digits.slice(0, Number(width)).padEnd(Number(width), "0");
}

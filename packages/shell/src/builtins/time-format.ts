/** strftime(3) in UTC and the C locale, as `printf %(…)T` uses it. */

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

interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The date of a day counted from 1970-01-01 (after H. Hinnant's days-from-civil arithmetic). */
function civil(days: number): Civil {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

export function formatTime(format: string, seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  const date = civil(days);
  const hour = Math.floor(ofDay / 3600);
  const clock = `${two(hour)}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
  const parts: Readonly<Record<string, string>> = {
    a: (DAYS[date.weekday] as string).slice(0, 3),
    A: DAYS[date.weekday] as string,
    b: (MONTHS[date.month - 1] as string).slice(0, 3),
    h: (MONTHS[date.month - 1] as string).slice(0, 3),
    B: MONTHS[date.month - 1] as string,
    d: two(date.day),
    D: `${two(date.month)}/${two(date.day)}/${two(date.year % 100)}`,
    e: String(date.day).padStart(2),
    F: `${date.year}-${two(date.month)}-${two(date.day)}`,
    H: two(hour),
    I: two(hour % 12 === 0 ? 12 : hour % 12),
    m: two(date.month),
    M: two(Math.floor(ofDay / 60) % 60),
    n: "\n",
    p: hour < 12 ? "AM" : "PM",
    R: clock.slice(0, 5),
    s: String(seconds),
    S: two(ofDay % 60),
    t: "\t",
    T: clock,
    u: String(date.weekday === 0 ? 7 : date.weekday),
    w: String(date.weekday),
    X: clock,
    y: two(date.year % 100),
    Y: String(date.year),
    z: "+0000",
    Z: "UTC",
    "%": "%",
  };
  return format.replace(/%([A-Za-z%])/g, (whole, letter: string) => parts[letter] ?? whole);
}

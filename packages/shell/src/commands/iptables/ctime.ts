/** Dates as ctime(3) writes them, in UTC: `Mon Jan  1 00:01:33 2024`. */

const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"] as const;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY_SECONDS = 86_400;

const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const monthLength = (month: number, year: number): number =>
  month === 1 && isLeapYear(year)
    ? 29
    : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] as number);

const two = (value: number): string => String(value).padStart(2, "0");

/** `seconds` since 1970, not negative. */
export function ctime(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - days * DAY_SECONDS;
  let year = 1970;
  let day = days;
  for (let length = 365; day >= length; ) {
    day -= length;
    year++;
    length = isLeapYear(year) ? 366 : 365;
  }
  let month = 0;
  for (; day >= monthLength(month, year); month++) day -= monthLength(month, year);
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  const date = String(day + 1).padStart(2);
  return `${WEEKDAYS[days % 7]} ${MONTHS[month]} ${date} ${time} ${year}`;
}

/** The time before each line of `tcpdump`, in the forms of `-t`. The machine's clock is UTC. */
import { calendarOf } from "../../../time/moment.ts";

/** Since 1970. */
export interface CaptureTime {
  readonly second: number;
  readonly micro: number;
}

const DAY = 86_400;
const MICROS = 1_000_000;

const two = (value: number): string => String(value).padStart(2, "0");
const fraction = (micro: number): string => String(micro).padStart(6, "0");

/** How often `-t` was given, 0 to 5; `before` is the packet before (-ttt) or the first (-ttttt). */
export function timestamp(style: number, at: CaptureTime, before: CaptureTime | null): string {
  switch (style) {
    case 1:
      return "";
    case 2:
      return `${at.second}.${fraction(at.micro)} `;
    case 3:
    case 5:
      return `${since(at, before ?? at)} `;
    case 4: {
      const { day, month, year } = calendarOf(at.second);
      return `${year}-${two(month)}-${two(day)} ${clock(at)} `;
    }
    default:
      return `${clock(at)} `;
  }
}

function clock({ micro, second }: CaptureTime): string {
  const rest = ((second % DAY) + DAY) % DAY;
  const hour = Math.floor(rest / 3600);
  return `${two(hour)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}.${fraction(micro)}`;
}

/** The time between two packets; behind a minus sign where the later one is the earlier, else behind a blank. */
function since(at: CaptureTime, before: CaptureTime): string {
  const micros = (at.second - before.second) * MICROS + at.micro - before.micro;
  const size = Math.abs(micros);
  const text = clock({ second: Math.floor(size / MICROS), micro: size % MICROS });
  return `${micros < 0 ? "-" : " "}${text}`;
}

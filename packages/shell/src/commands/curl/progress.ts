/** curl's progress meter: its head, the first line of zeros and the last line; what lies between is left out. */

export const METER_HEAD =
  "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" +
  "                                 Dload  Upload   Total   Spent    Left  Speed\n";

export const METER_START =
  "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";

/** `total` −1 when it was not known; `duration` in milliseconds. */
export function meterLine(received: number, total: number, duration: number): string {
  const percent = received > 0 ? "100" : "  0";
  const whole = Math.max(total, 0);
  const speed = Math.floor((received * 1000) / Math.max(duration, 1));
  const spent = duration < 1000 ? "--:--:--" : clock(Math.floor(duration / 1000));
  const part = total < 0 ? "  0" : percent;
  return (
    `\r${percent} ${short(Math.max(whole, total < 0 ? received : 0))}  ${part} ${short(received)}    0     0 ` +
    `${short(speed).padStart(6)}      0 --:--:-- ${spent} --:--:-- ${short(speed)}`
  );
}

const clock = (seconds: number): string => {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`.padStart(
    8,
  );
};

/** At most five characters, as `max5data` writes sizes. */
function short(octets: number): string {
  const kibi = Math.floor(octets / 1024);
  if (octets < 100_000) return String(octets).padStart(5);
  if (octets < 10_240_000) return `${String(kibi).padStart(4)}k`;
  const mebi = octets / 1_048_576;
  if (octets < 104_857_600) return `${Math.floor(mebi)}.${Math.floor(mebi * 10) % 10}M`.padStart(5);
  return `${String(Math.floor(mebi)).padStart(4)}M`;
}

/**
 * What `ping` counts, and the lines that it prints of it. Times are whole microseconds; the deviation is the root of the
 * mean square less the square of the mean, all in integers, as iputils computes it.
 */

/** Sequence numbers have 16 bits; each is remembered until its number comes again. */
const SEQUENCES = 65_536;

export class PingStatistics {
  transmitted = 0;
  received = 0;
  repeats = 0;
  errors = 0;
  /** The number that was answered, or failed, last. */
  acknowledged = 0;
  /** The most probes that were on their way at once, as the answers tell. */
  pipe = 0;
  minimum = Number.MAX_SAFE_INTEGER;
  maximum = 0;
  /** Eight times the moving average. */
  smoothed = 0;
  private sum = 0;
  private squares = 0;
  private readonly answered = new Uint8Array(SEQUENCES);

  /** Whether the probe with this number was answered. */
  isAnswered(sequence: number): boolean {
    return this.answered[sequence] === 1;
  }

  /** A probe is about to be sent: its number is not answered yet. */
  forget(sequence: number): void {
    this.answered[sequence] = 0;
  }

  /** Takes an answer; whether there was one to this number before. */
  take(sequence: number, micros: number): boolean {
    this.sum += micros;
    this.squares += micros * micros;
    if (micros < this.minimum) this.minimum = micros;
    if (micros > this.maximum) this.maximum = micros;
    this.smoothed =
      this.smoothed === 0 ? micros * 8 : this.smoothed + micros - Math.floor(this.smoothed / 8);
    return this.count(sequence);
  }

  /** As `take` where no time is measured. */
  count(sequence: number): boolean {
    const again = this.answered[sequence] === 1;
    if (again) this.repeats++;
    else this.received++;
    this.answered[sequence] = 1;
    return again;
  }

  acknowledge(sequence: number): void {
    const behind = (this.transmitted - sequence) & 0xffff;
    if (behind > 0x7fff) return;
    if (behind + 1 > this.pipe) this.pipe = behind + 1;
    const ahead = (sequence - this.acknowledged) & 0xffff;
    const lost = ((this.transmitted - this.acknowledged) & 0xffff) > 0x7fff;
    if ((ahead > 0 && ahead < 0x8000) || lost) this.acknowledged = sequence;
  }

  get inFlight(): number {
    const open = (this.transmitted - this.acknowledged) & 0xffff;
    return open <= 0x7fff ? open : this.transmitted - this.received - this.errors;
  }

  private get mean(): number {
    return Math.floor(this.sum / (this.received + this.repeats));
  }

  private get deviation(): number {
    const total = this.received + this.repeats;
    return Math.floor(
      Math.sqrt(Math.floor((this.squares - Math.floor((this.sum * this.sum) / total)) / total)),
    );
  }

  /** `elapsed`: microseconds between the first probe and the last. */
  countsLine(elapsed: number): string {
    let text = `${this.transmitted} packets transmitted, ${this.received} received`;
    if (this.repeats > 0) text += `, +${this.repeats} duplicates`;
    if (this.errors > 0) text += `, +${this.errors} errors`;
    if (this.transmitted > 0)
      text += `, ${percent(this.transmitted - this.received, this.transmitted)}% packet loss, time ${Math.floor((elapsed + 500) / 1000)}ms`;
    return `${text}\n`;
  }

  timesText(): string {
    const times = [this.minimum, this.mean, this.maximum, this.deviation];
    return `rtt min/avg/max/mdev = ${times.map(inMilliseconds).join("/")} ms`;
  }

  /** Time between probes, and the moving average of the round trips; `elapsed` in microseconds. */
  paceText(elapsed: number): string {
    const gap = Math.floor(elapsed / (this.transmitted - 1));
    return `ipg/ewma ${inMilliseconds(gap)}/${inMilliseconds(Math.floor(this.smoothed / 8))} ms`;
  }

  /** The line that SIGQUIT asks for. */
  snapshot(timing: boolean): string {
    const lost = this.transmitted - this.received;
    const loss = this.transmitted === 0 ? 0 : Math.trunc((lost * 100) / this.transmitted);
    let text = `\r${this.received}/${this.transmitted} packets, ${loss}% loss`;
    if (this.received > 0 && timing) {
      const times = [this.minimum, this.mean, Math.floor(this.smoothed / 8), this.maximum];
      text += `, min/avg/ewma/max = ${times.map(inMilliseconds).join("/")} ms`;
    }
    return `${text}\n`;
  }
}

/** Microseconds as milliseconds with three places. */
const inMilliseconds = (micros: number): string =>
  `${Math.floor(micros / 1000)}.${String(micros % 1000).padStart(3, "0")}`;

/** `%g` of a share in per cent: six digits, no zeros at the end. */
function percent(part: number, whole: number): string {
  const text = ((part * 100) / whole).toPrecision(6);
  return text.includes(".") && !text.includes("e")
    ? text.replace(/\.?0+$/, "")
    : String(Number(text));
}

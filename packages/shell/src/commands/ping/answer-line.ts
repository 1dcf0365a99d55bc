/** The line that `ping` prints for an answer. */

export interface AnswerFacts {
  readonly from: string;
  /** ICMP header and data. */
  readonly length: number;
  readonly sequence: number;
  /** Shown when it is not null. */
  readonly identifier: number | null;
  readonly ttl: number;
  readonly truncated: boolean;
  /** Microseconds; −1 when no time was measured. */
  readonly micros: number;
  readonly repeated: boolean;
  readonly otherSource: boolean;
}

export function answerLine(facts: AnswerFacts, roundsTimes: boolean): string {
  const identifier = facts.identifier === null ? "" : ` ident=${facts.identifier}`;
  let text = `${facts.length} bytes from ${facts.from}: icmp_seq=${facts.sequence}${identifier} ttl=${facts.ttl}`;
  if (facts.truncated) return `${text} (truncated)`;
  if (facts.micros >= 0) text += ` time=${timeText(facts.micros, roundsTimes)} ms`;
  if (facts.repeated) text += " (DUP!)";
  if (facts.otherSource) text += " (DIFFERENT ADDRESS!)";
  return text;
}

/** Three digits and the point: the longer it took, the fewer places. */
function timeText(micros: number, rounds: boolean): string {
  if (micros >= 100_000 - (rounds ? 50 : 0)) return places(micros, 0, rounds);
  if (micros >= 10_000 - (rounds ? 5 : 0)) return places(micros, 1, rounds);
  return places(micros, micros >= 1000 ? 2 : 3, rounds);
}

function places(micros: number, count: number, rounds: boolean): string {
  const unit = 10 ** (3 - count);
  const units = Math.floor((micros + (rounds ? Math.floor(unit / 2) : 0)) / unit);
  const whole = Math.floor(units / 10 ** count);
  return count === 0
    ? String(whole)
    : `${whole}.${String(units % 10 ** count).padStart(count, "0")}`;
}

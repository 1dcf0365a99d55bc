/** What the network stack says to the kernel's log (`net_ratelimit`): at most ten lines in five seconds. */
import type { Clock } from "../../time/clock.ts";
import type { Instant } from "../../time/instant.ts";

/** Syslog's levels. */
export const MessageLevel = { warning: 4, info: 6 } as const;

export type MessageSink = (at: Instant, level: number, text: string) => void;

const INTERVAL_NS = 5e9;
const BURST = 10;

export class KernelMessages {
  private readonly clock: Clock;
  private sink: MessageSink | null = null;
  private begin = -INTERVAL_NS;
  private printed = 0;
  private missed = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  onMessage(sink: MessageSink): void {
    this.sink = sink;
  }

  /** Whether there may be one message more; nobody is asked for words that nobody hears. */
  mayTell(): boolean {
    if (this.sink === null) return false;
    const { now } = this.clock;
    if (now - this.begin > INTERVAL_NS) {
      if (this.missed > 0)
        this.tell(MessageLevel.warning, `net_ratelimit: ${this.missed} callbacks suppressed`);
      this.begin = now;
      this.printed = 0;
      this.missed = 0;
    }
    if (this.printed < BURST) {
      this.printed++;
      return true;
    }
    this.missed++;
    return false;
  }

  tell(level: number, text: string): void {
    this.sink?.(this.clock.now, level, text);
  }
}
